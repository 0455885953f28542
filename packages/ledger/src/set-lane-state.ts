/**
 * Stops a lane and lets it go on. A person pauses and resumes; a lane fault holds. A hold never covers up a person's
 * pause, and the first reason of a hold stays.
 */
import { type Actor, type Dispatch, type LaneState, maskLaneKey } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction, query, withoutNulls } from './query.js';
import { recordAct } from './record-act.js';

const pause = `
  with before as (
    select id, state, reason from quailrunner.lanes where id = $1 and state in ('open', 'held') for no key update
  ), paused as (
    update quailrunner.lanes l set state = 'paused', reason = $2, changed_at = now() from before where l.id = before.id
  )
  select state, reason from before`;

// Promise: nobody is told any more of a hold that is over.
const resume = `
  with before as (
    select id, state, reason from quailrunner.lanes where id = $1 and state <> 'open' for no key update
  ), resumed as (
    update quailrunner.lanes l set state = 'open', reason = null, changed_at = now() from before where l.id = before.id
  ), told as (
    update quailrunner.alerts a set due_at = null from before where a.lane_id = before.id and a.due_at is not null
  )
  select state, reason from before`;

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

interface StateBefore {
  readonly state: LaneState;
  readonly reason: string | null;
}

/** False when the lane is paused already, or isn't there. */
export const pauseLane = (ledger: Ledger, laneId: number, by: Actor): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    const [before] = await ask<StateBefore>(pause, [laneId, by.name]);
    if (before === undefined) return false;
    const after = { state: 'paused' };
    await recordAct(ask, { by, act: 'lane.paused', subject: laneSubject(laneId), before: withoutNulls(before), after });
    return true;
  });

/** False when the lane is open already, or isn't there. */
export const resumeLane = (ledger: Ledger, laneId: number, by: Actor): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    const [before] = await ask<StateBefore>(resume, [laneId]);
    if (before === undefined) return false;
    const after = { state: 'open' };
    await recordAct(ask, {
      by,
      act: 'lane.resumed',
      subject: laneSubject(laneId),
      before: withoutNulls(before),
      after,
    });
    return true;
  });

const laneSubject = (laneId: number) => ({ kind: 'lane', id: String(laneId) }) as const;

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
