/** New people while everything is being killed: scans, claims and feeds never rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.js';
import { insertEntities, share } from './tasks.js';

const portionEveryMs = 1_000;

/** In portions of one size, spread evenly. The same people come to all tables at once. */
export const fillTables = async (
  { postgres }: House,
  { entities, lengthMs }: { entities: number; lengthMs: number },
  signal: AbortSignal,
): Promise<void> => {
  const portions = Math.max(1, Math.floor(lengthMs / portionEveryMs));
  const beganAt = Date.now();
  for (let portion = 0; portion < portions; portion++) {
    await sleep(Math.max(0, beganAt + portion * portionEveryMs - Date.now()), undefined, { signal });
    await Promise.all(
      [...share(entities)].map(([{ name }, count]) => {
        const upTo = (portions: number, of: number) => Math.floor((count * portions) / of);
        const [first, last] = [upTo(portion, portions) + 1, upTo(portion + 1, portions)];
        return postgres.ask('source', insertEntities(name), [first, last]);
      }),
    );
  }
};
