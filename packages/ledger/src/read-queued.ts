/** Runs that have waited in Redis for a while: what was asked of their source when they were fed may not hold any more. */
import type { FedRun } from './feed-runs.js';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

// Cost: an index probe a lane.
const selectLanes = `
  select l.id as "laneId", l.key
  from quailrunner.lanes l
  where l.state = 'open' and exists (
    select from quailrunner.runs r
    where r.lane_id = l.id and r.shelf = 'out' and r.state = 'queued' and r.queued_at <= now() - $1 * interval '1 ms'
  )
  order by l.id`;

// Cost: what a lane has in Redis, which is bounded.
const selectQueued = `
  select r.id as "runId", r.dispatch, t.name as task, r.task_id as "taskId", r.revision, r.entity_pk as "entityPk", r.columns
  from quailrunner.runs r
  join quailrunner.tasks t
    on t.id = r.task_id and t.state = 'active' and (t.revision = r.revision or t.kind = 'test')
  where r.lane_id = $1 and r.shelf = 'out' and r.state = 'queued' and r.queued_at <= now() - $2 * interval '1 ms'
  order by r.queued_at, r.id
  limit 10000`;

export interface QueuedLane {
  readonly laneId: number;
  /** May hold a phone number. */
  readonly key: string;
}

export const readQueuedLanes = (ledger: Ledger, olderThanMs: number): Promise<QueuedLane[]> =>
  query<QueuedLane>(ledger, selectLanes, [olderThanMs]);

export const readQueued = (ledger: Ledger, laneId: number, olderThanMs: number): Promise<FedRun[]> =>
  query<FedRun>(ledger, selectQueued, [laneId, olderThanMs]);
