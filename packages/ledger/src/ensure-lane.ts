/** A lane comes to be with the first entity that needs it, and knows which tasks send in it and how fast each would. */
import type { LaneKey } from '@quailrunner/domain';
import { keepRates } from './keep-rates.js';
import type { Ledger } from './open-ledger.js';
import { type Ask, inTransaction, query } from './query.js';

export interface LaneUse {
  readonly taskId?: number | undefined;
  /** The task's, that found the lane. */
  readonly revision?: number | undefined;
  /** What the task asks for. */
  readonly ratePerSecond?: number | undefined;
  /** What its sender is allowed unless somebody says otherwise. */
  readonly defaultRate?: number | undefined;
}

// Why: nearly always everything is as it was. Cost: two index probes.
const readKnown = `
  select l.id as "laneId" from quailrunner.lanes l
  where l.key = $1 and l.default_rate is not distinct from least(l.default_rate, $2)
    and ($3::int is null or exists (
      select from quailrunner.task_lanes u
      where u.lane_id = l.id and u.task_id = $3 and u.revision >= $4 and u.rate_per_second is not distinct from $5
    ))`;

// Concurrency: whoever is second waits for the first and gets the same id. The lane stays locked until its rate is right. The
// least of several senders' rates holds in a lane that they share.
const saveLane = `
  insert into quailrunner.lanes (key, default_rate, rate_per_second) values ($1, $2, $2)
  on conflict (key) do update set default_rate = least(lanes.default_rate, excluded.default_rate)
  returning id as "laneId"`;

// Promise: a scan of an older revision, which goes on for a batch, does not bring its rate back.
const saveUse = `
  insert into quailrunner.task_lanes (task_id, lane_id, revision, rate_per_second)
  select id, $2, $3, $4 from quailrunner.tasks where id = $1 and revision = $3
  on conflict (task_id, lane_id) do update
  set revision = excluded.revision, rate_per_second = excluded.rate_per_second
  where task_lanes.revision <= excluded.revision`;

/** The lane's id. Writes only when something is new. */
export const ensureLane = async (ledger: Ledger, key: LaneKey, use: LaneUse = {}): Promise<number> => {
  const { taskId, revision, ratePerSecond, defaultRate } = use;
  const values = [key, defaultRate, taskId, revision, ratePerSecond];
  const [known] = await query<{ laneId: number }>(ledger, readKnown, values);
  return known?.laneId ?? inTransaction(ledger, (ask) => save(ask, key, use));
};

const save = async (ask: Ask, key: LaneKey, use: LaneUse): Promise<number> => {
  const [lane] = await ask<{ laneId: number }>(saveLane, [key, use.defaultRate]);
  if (lane === undefined) throw new Error('unreachable: the lane was made or found');
  if (use.taskId !== undefined) await ask(saveUse, [use.taskId, lane.laneId, use.revision, use.ratePerSecond]);
  await keepRates(ask, [lane.laneId]);
  return lane.laneId;
};
