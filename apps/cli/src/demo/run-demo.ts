/**
 * `quail demo`: fresh stores, a shop with people, the real processes, two tasks; then what was sent, judged by the
 * sandbox's own count. It ends there if it is told to, else it runs on until Ctrl-C.
 */
import { readConfig } from '@quailrunner/config';
import type { CliContext } from '../context.js';
import { stopLimitMs } from '../house/run-up.js';
import { openFleet } from '../supervisor/fleet.js';
import { untilStopped } from '../supervisor/until-stopped.js';
import { expectOf } from './expectation.js';
import { withLastWords } from './last-words.js';
import { makePeople } from './people.js';
import { applyTasks, makeShop, type Scene, startApps, startStores, watchSending } from './steps.js';
import { tellAddresses, tellHowToGoOn, tellIntroduction } from './telling.js';

export interface DemoOptions {
  readonly users: number;
  /** Ends after the last message. */
  readonly exits: boolean;
  /** The monitor's; absent: 3000 or the next free one. */
  readonly port?: number;
}

export const runDemo = async (options: DemoOptions, { terminal, env, setExitCode }: CliContext): Promise<void> => {
  const config = readConfig(env);
  const fleet = openFleet({ stopLimitMs: stopLimitMs(config) });
  try {
    const wrong = await untilStopped({ fleet, terminal }, (tree) =>
      play(options, { terminal, env, config, fleet, ...tree }),
    );
    if (options.exits && wrong?.length !== 0) setExitCode(1);
  } catch (fault) {
    throw await withLastWords(fault);
  }
};

/** What was wrong at the end: nothing, if all went well. */
const play = async (options: DemoOptions, scene: Scene): Promise<string[]> => {
  const people = makePeople(options.users);
  const expected = expectOf(people);
  tellIntroduction(scene.terminal, people.length);
  const stores = await startStores(scene);
  const shop = await makeShop({ people, expected, stores }, scene);
  const house = await startApps({ stores, shop, port: options.port }, scene);
  const sending = await applyTasks({ expected, house }, scene);
  tellAddresses(scene.terminal, house);
  const wrong = await watchSending(sending, scene);
  if (options.exits) return wrong;
  tellHowToGoOn(scene.terminal, { dataDir: stores.dataDir, shopUrl: shop.env.SOURCE_DATABASE_URL });
  return new Promise(() => {}); // Until Ctrl-C.
};
