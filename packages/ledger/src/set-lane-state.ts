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

const resume = `
  update quailrunner.lanes set state = 'open', reason = null, changed_at = now()
  where id = $1 and state <> 'open'
  returning id`;

// Promise: one alert for each hold. Concurrency: many runs meet the same fault at once; one of them holds the lane and says so.
const holdWhere = (condition: string): string => `
  with held as (
    update quailrunner.lanes l set state = 'held', reason = $2, changed_at = now()
    where ${condition} and l.state = 'open'
    returning id, key
  ), alert as (
    insert into quailrunner.alerts (kind, lane_id, reason) select 'lane.held', id, $2 from held
  )
  select id as "laneId", key from held`;

const hold = holdWhere('l.id = $1');

// Promise: what is told late holds no lane again that a person has let go on since the message was sent.
const holdByReceipt = holdWhere(`
  l.id = (select r.lane_id from quailrunner.runs r where r.id = $1 and r.dispatch = $3 and r.started_at > l.changed_at)`);

/** `by` is a person's name. False when the lane is paused already, or isn't there. */
export const pauseLane = async (ledger: Ledger, laneId: number, by: string): Promise<boolean> =>
  (await query(ledger, pause, [laneId, by])).length > 0;

/** False when the lane is open already, or isn't there. */
export const resumeLane = async (ledger: Ledger, laneId: number): Promise<boolean> =>
  (await query(ledger, resume, [laneId])).length > 0;

/** The lane's masked key, as logs may show it, when this call held it; `undefined` when it didn't send anyway. */
export const holdLane = async (ledger: Ledger, laneId: number, reason: string): Promise<string | undefined> =>
  (await holdBy(ledger, hold, [laneId, reason]))?.lane;

export interface HeldLane {
  readonly laneId: number;
  /** As logs may show it. */
  readonly lane: string;
}

/** The lane in which the attempt was made; `undefined` when it doesn't send, or was let go on since. */
export const holdLaneOf = (
  ledger: Ledger,
  { runId, dispatch }: Dispatch,
  reason: string,
): Promise<HeldLane | undefined> => holdBy(ledger, holdByReceipt, [runId, reason, dispatch]);

const holdBy = async (ledger: Ledger, statement: string, values: unknown[]): Promise<HeldLane | undefined> => {
  const [held] = await query<{ laneId: number; key: string }>(ledger, statement, values);
  return held && { laneId: held.laneId, lane: maskLaneKey(held.key) };
};
