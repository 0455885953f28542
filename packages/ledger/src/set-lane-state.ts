/**
 * Stops a lane and lets it go on. A person pauses and resumes; a lane fault holds. A hold never covers up a person's
 * pause, and the first reason of a hold stays.
 */
import { maskLaneKey } from '@quailrunner/domain';
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

// Concurrency: many runs meet the same fault at once; one of them holds the lane and says so.
const hold = `
  update quailrunner.lanes set state = 'held', reason = $2, changed_at = now()
  where id = $1 and state = 'open'
  returning key`;

/** `by` is a person's name. False when the lane is paused already, or isn't there. */
export const pauseLane = async (ledger: Ledger, laneId: number, by: string): Promise<boolean> =>
  (await query(ledger, pause, [laneId, by])).length > 0;

/** False when the lane is open already, or isn't there. */
export const resumeLane = async (ledger: Ledger, laneId: number): Promise<boolean> =>
  (await query(ledger, resume, [laneId])).length > 0;

/** The lane's masked key, as logs may show it, when this call held it; `undefined` when it didn't send anyway. */
export const holdLane = async (ledger: Ledger, laneId: number, reason: string): Promise<string | undefined> => {
  const [lane] = await query<{ key: string }>(ledger, hold, [laneId, reason]);
  return lane && maskLaneKey(lane.key);
};
