/** Writes down that a lane rests, and how fast it goes on: what workers keep among them in Redis must outlive Redis. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

export interface Backoff {
  readonly laneId: number;
  readonly backoffMs: number;
  /** Why: the receiver's code, or the connection's. */
  readonly code: string;
  /** After a throttle: messages a second when the rest is over, and what that grows back to. */
  readonly slowed?: { readonly pace: number; readonly ceiling: number };
}

// Promise: a rest is never made shorter. Cost: one row, once for each rest, however many runs met the trouble.
const record = `
  update quailrunner.lanes
  set backoff_until = greatest(backoff_until, now() + $2 * interval '1 ms'), backoff_code = $3,
    pace = coalesce($4, pace), pace_ceiling = coalesce($5, pace_ceiling),
    paced_since = case when $4::float8 is null then paced_since else now() + $2 * interval '1 ms' end,
    throttles = throttles + case when $4::float8 is null then 0 else 1 end,
    throttled_at = case when $4::float8 is null then throttled_at else now() end
  where id = $1`;

export const recordBackoff = async (ledger: Ledger, { laneId, backoffMs, code, slowed }: Backoff): Promise<void> => {
  await query(ledger, record, [laneId, backoffMs, code, slowed?.pace, slowed?.ceiling]);
};
