/**
 * Stops a lane and lets it go on. A person pauses and resumes; a lane fault holds. A hold never covers up a person's
 * pause, and the first reason of a hold stays.
 */
import { type Dispatch, maskLaneKey } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

const pause = `
  update quailrunner.lanes set state = 'paused', reason = $2, changed_at = now()
  where id = $1 and state in ('open', 'held')
  returning id`;

// Promise: nobody is told any more of a hold that is over.
const resume = `
  with resumed as (
    update quailrunner.lanes set state = 'open', reason = null, changed_at = now()
    where id = $1 and state <> 'open'
    returning id
  ), told as (
    update quailrunner.alerts a set due_at = null from resumed where a.lane_id = resumed.id and a.due_at is not null
  )
  select id from resumed`;

// Promise: one alert for each hold; what is told late holds no lane again that a person has let go on since the attempt began.
// Concurrency: many runs meet the same fault at once; one of them holds the lane and says so.
const hold = `
  with held as (
    update quailrunner.lanes l set state = 'held', reason = $3, changed_at = now()
    from quailrunner.runs r
    where r.id = $1 and r.dispatch = $2 and l.id = r.lane_id and l.state = 'open' and r.started_at > l.changed_at
    returning l.id, l.key
  ), alert as (
    insert into quailrunner.alerts (kind, lane_id, reason) select 'lane.held', id, $3 from held
  )
  select id as "laneId", key from held`;

/** `by` is a person's name. False when the lane is paused already, or isn't there. */
export const pauseLane = async (ledger: Ledger, laneId: number, by: string): Promise<boolean> =>
  (await query(ledger, pause, [laneId, by])).length > 0;

/** False when the lane is open already, or isn't there. */
export const resumeLane = async (ledger: Ledger, laneId: number): Promise<boolean> =>
  (await query(ledger, resume, [laneId])).length > 0;

export interface HeldLane {
  readonly laneId: number;
  /** As logs may show it. */
  readonly lane: string;
}

/** The lane in which the attempt was made; `undefined` when it doesn't send anyway, or was let go on since. */
export const holdLane = async (
  ledger: Ledger,
  { runId, dispatch }: Dispatch,
  reason: string,
): Promise<HeldLane | undefined> => {
  const [held] = await query<{ laneId: number; key: string }>(ledger, hold, [runId, dispatch, reason]);
  return held && { laneId: held.laneId, lane: maskLaneKey(held.key) };
};
