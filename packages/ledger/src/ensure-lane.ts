/** A lane comes to be with the first entity that needs it. */
import type { LaneKey } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, queryOne } from './query.js';

const readLane = `
  select id as "laneId" from quailrunner.lanes
  where key = $1 and ($2::float8 is null or rate_per_second = $2)`;

// Concurrency: whoever is second waits for the first and gets the same id. A rate given last is the rate that holds.
const saveLane = `
  insert into quailrunner.lanes (key, rate_per_second) values ($1, $2)
  on conflict (key) do update
  set rate_per_second = coalesce(excluded.rate_per_second, lanes.rate_per_second), changed_at = now()
  returning id as "laneId"`;

/** The lane's id; its rate, where one is given, from now on. Writes only when something is new. */
export const ensureLane = async (ledger: Ledger, key: LaneKey, ratePerSecond?: number): Promise<number> => {
  const values = [key, ratePerSecond ?? null];
  const [known] = await query<{ laneId: number }>(ledger, readLane, values);
  return (known ?? (await queryOne<{ laneId: number }>(ledger, saveLane, values))).laneId;
};
