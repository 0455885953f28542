/** The steps of the demo, in order: stores, shop, apps, tasks, sending. */
import { fileURLToPath } from 'node:url';
import { type Config, readConfig } from '@quailrunner/config';
import { formatDuration } from '@quailrunner/domain';
import { type Ledger, openLedger } from '@quailrunner/ledger';
import { formatNumberOf } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { publishRunning } from '../running.js';
import { findPort } from '../supervisor/find-port.js';
import type { Fleet } from '../supervisor/fleet.js';
import type { Tree } from '../supervisor/until-stopped.js';
import { applyFiles } from '../tasks/apply-files.js';
import { awaitSending } from './await-sending.js';
import { type DemoHouse, launchDemoHouse, makeTwilioBasic, withoutOurSettings } from './demo-house.js';
import { type DemoStores, makeFreshData, openDemoStores } from './demo-stores.js';
import { countExpected, type Expectation, expectedMs } from './expectation.js';
import { fillShop } from './fill-shop.js';
import { judge } from './judge.js';
import type { Person } from './people.js';
import { openProgress } from './progress.js';
import { readReasons } from './read-reasons.js';
import { readSandboxMessages, readSandboxSummary } from './sandbox-messages.js';
import { tellJudgement, tellResult, tellStep } from './telling.js';

/** What the demo has at hand while it runs. */
export interface Scene extends Tree {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config;
  readonly fleet: Fleet;
}

export const startStores = async ({ terminal, config, onClose }: Scene): Promise<DemoStores> => {
  const stores = await tellStep(
    terminal,
    () => openDemoStores(config, terminal.tell),
    ({ embedded, dataDir }) => ({
      title: 'PostgreSQL and Redis',
      note: embedded.length > 0 ? `${embedded.join(' and ')} started in ${dataDir}` : 'as the environment names them',
    }),
  );
  onClose(stores.close);
  return stores;
};

export interface Shop {
  /** What the processes of this demo need to know, and whoever joins them. */
  readonly env: Readonly<Record<string, string>> & { readonly SOURCE_DATABASE_URL: string };
}

export const makeShop = (
  { people, expected, stores }: { people: readonly Person[]; expected: Expectation; stores: DemoStores },
  { terminal }: Scene,
): Promise<Shop> =>
  tellStep(
    terminal,
    async () => {
      const { shop, ledgerUrl, encryptionKey } = await makeFreshData(stores);
      await fillShop(shop, people);
      await shop.close();
      return {
        env: {
          DATABASE_URL: ledgerUrl,
          REDIS_URL: stores.redisUrl,
          SOURCE_DATABASE_URL: shop.url,
          QUAIL_ENCRYPTION_KEY: encryptionKey.toString('base64'),
          QUAIL_SECRET_TWILIO_BASIC: makeTwilioBasic(),
        },
      };
    },
    () => ({
      title: `A shop with ${formatNumberOf(people.length, 'person', 'people')}`,
      note: `${formatNumberOf(people.length - (expected.get('welcome-sms')?.length ?? 0), 'of them has', 'of them have')} left`,
    }),
  );

const usualPort = 3_000;

export const startApps = async (
  { stores, shop, port }: { stores: DemoStores; shop: Shop; port: number | undefined },
  { terminal, env, config, fleet, onClose }: Scene,
): Promise<DemoHouse> => {
  const named = port ?? ((env.MONITOR_PORT ?? '') === '' ? undefined : config.monitor.port);
  const wish = { host: config.monitor.host, port: named ?? usualPort, isExplicit: named !== undefined };
  const monitor = { wish, port: await findPort(wish) };
  const house = { env: { ...withoutOurSettings(env), ...shop.env }, monitor, dataDir: stores.dataDir };
  const publish = async (sandboxUrl: string) => {
    const joining = { ...shop.env, QUAIL_TWILIO_BASE_URL: sandboxUrl };
    onClose((await publishRunning(stores.dataDir, joining)).close);
  };
  return tellStep(
    terminal,
    () => launchDemoHouse(house, fleet, publish),
    ({ logDir }) => ({ title: 'Sandbox, monitor, scheduler, two workers', note: `logs in ${logDir}` }),
  );
};

const tasksDir = fileURLToPath(new URL('../../../../examples/demo/tasks', import.meta.url));

export interface Sending {
  readonly ledger: Ledger;
  readonly expected: Expectation;
  readonly expectedMs: number;
  readonly sandboxUrl: string;
}

export const applyTasks = (
  { expected, house }: { expected: Expectation; house: DemoHouse },
  { terminal, onClose }: Scene,
): Promise<Sending> =>
  tellStep(
    terminal,
    async () => {
      const config = readConfig(house.env);
      const { databaseUrl = '', encryptionKey = Buffer.alloc(0) } = config;
      const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'quailrunner demo', maxConnections: 2 });
      onClose(ledger.close);
      const applied = await applyFiles([tasksDir], config, ledger);
      const settings = applied.map(({ file }) => file.definition.settings);
      const rates = new Map(settings.map(({ name, ratePerSecond }) => [name, ratePerSecond ?? 1]));
      return { ledger, expected, expectedMs: expectedMs(expected, rates), sandboxUrl: house.sandboxUrl };
    },
    (sending) => ({
      title: `Tasks ${[...expected.keys()].join(' and ')}`,
      note: `${formatNumberOf(countExpected(expected), 'message')}, about ${formatDuration(sending.expectedMs)} at their rates`,
    }),
  );

/** Beyond what the rates ask for: a slow machine, a retry, a settled unknown. */
const spareMs = 90_000;

/** Shows the sending, then what was sent; returns what was wrong. */
export const watchSending = async (sending: Sending, { terminal, signal }: Scene): Promise<string[]> => {
  const { ledger, expected, sandboxUrl } = sending;
  const began = Date.now();
  const progress = openProgress(expected, terminal);
  const limits = { limitMs: 2 * sending.expectedMs + spareMs, signal };
  const counts = await awaitSending({ ledger, expected }, limits, progress).finally(progress.close);
  const tookMs = Date.now() - began;
  const [sandbox, messages] = await Promise.all([readSandboxSummary(sandboxUrl), readSandboxMessages(sandboxUrl)]);
  const judged = judge(expected, { counts, messages });
  const wrong = judged.length === 0 ? [] : [...judged, ...(await readReasons(ledger))];
  tellResult(terminal, { counts, sandbox, tookMs });
  tellJudgement(terminal, wrong);
  return wrong;
};
