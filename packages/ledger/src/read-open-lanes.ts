/** The lanes that may send, with all that limits them, as workers look at them every moment. */
import type { LaneKey } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

export interface OpenLane {
  readonly laneId: number;
  /** May hold a phone number: log `maskLaneKey(key)`. */
  readonly key: LaneKey;
  readonly ratePerSecond?: number;
  /** Whether Redis has, or should have, jobs of it. */
  readonly hasJobs: boolean;
  /** How long nothing may leave; above 0. */
  readonly backoffMs?: number;
  /** It was told to slow down `forMs` ago; below 0 while it rests. */
  readonly slowed?: { readonly pace: number; readonly forMs: number; readonly ceiling: number };
}

// Why: times as spans, because a worker's clock is its own. Cost: reads a small table, and an index probe a lane.
const select = `
  select id as "laneId", key, rate_per_second as "ratePerSecond",
    extract(epoch from backoff_until - clock_timestamp())::float8 * 1000 as "backoffMs",
    pace, extract(epoch from clock_timestamp() - paced_since)::float8 * 1000 as "forMs",
    coalesce(rate_per_second, pace_ceiling) as ceiling,
    exists (select from quailrunner.runs r where r.lane_id = l.id and r.shelf = 'out') as "hasJobs"
  from quailrunner.lanes l
  where state = 'open'
  order by id`;

interface Row {
  readonly laneId: number;
  readonly key: LaneKey;
  readonly ratePerSecond: number | null;
  readonly backoffMs: number | null;
  readonly pace: number | null;
  readonly forMs: number | null;
  readonly ceiling: number | null;
  readonly hasJobs: boolean;
}

export const readOpenLanes = async (ledger: Ledger): Promise<OpenLane[]> =>
  (await query<Row>(ledger, select)).map(({ ratePerSecond, backoffMs, pace, forMs, ceiling, ...lane }) => ({
    ...lane,
    ...(ratePerSecond === null ? {} : { ratePerSecond }),
    ...(backoffMs === null || backoffMs <= 0 ? {} : { backoffMs }),
    ...(pace === null || forMs === null || ceiling === null ? {} : { slowed: { pace, forMs, ceiling } }),
  }));
