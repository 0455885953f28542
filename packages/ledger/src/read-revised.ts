/** Runs that wait in a lane that doesn't send, and that a revision of their task may send by another. claim → **feed** → render. */
import type { Dispatch, LaneKey } from '@quailrunner/domain';
import type { FedRun } from './feed-runs.js';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

/** A task that has runs in a lane that is held or paused. */
export interface StoppedUse {
  readonly laneId: number;
  /** May hold a phone number. */
  readonly key: LaneKey;
  readonly task: string;
  readonly taskId: number;
  /** The task's newest. */
  readonly revision: number;
}

// Cost: an index probe for each lane that is stopped and each active task that was ever revised.
const selectUses = `
  select l.id as "laneId", l.key, t.name as task, t.id as "taskId", t.revision
  from quailrunner.lanes l
  cross join quailrunner.tasks t
  where l.state <> 'open' and t.state = 'active' and t.kind = 'task' and t.revision > 1
    and exists (select from quailrunner.runs r where r.lane_id = l.id and r.task_id = t.id and r.shelf in ('waiting', 'out'))
  order by l.id, t.id`;

export const readStoppedUses = (ledger: Ledger): Promise<StoppedUse[]> => query<StoppedUse>(ledger, selectUses);

// Cost: what the lane has in Redis, which is bounded.
const selectQueued = `
  select id as "runId", dispatch from quailrunner.runs
  where lane_id = $1 and task_id = $2 and shelf = 'out' and state = 'queued' and revision <> $3
  limit 10000`;

/** Those that were fed before the revision: their jobs wait for the lane. */
export const readRevisedQueued = (ledger: Ledger, { laneId, taskId, revision }: StoppedUse): Promise<Dispatch[]> =>
  query<Dispatch>(ledger, selectQueued, [laneId, taskId, revision]);

/** How far the waiting runs were looked at, in their order. */
export interface WaitingPlace {
  readonly dueAt: string;
  readonly runId: string;
}

export interface RevisedRuns {
  readonly runs: readonly FedRun[];
  /** Absent: that was the last of them. */
  readonly next?: WaitingPlace;
}

const windowSize = 5_000;

// Cost: reads so many runs of the lane and no more, whatever waits; what the newest revision has been asked about already
// is left behind here.
const selectRevised = `
  with seen as materialized (
    select id, dispatch, entity_pk, columns, revision, due_at
    from quailrunner.runs
    where lane_id = $1 and task_id = $2 and shelf = 'waiting' and (due_at, id) > ($4::timestamptz, $5::bigint)
    order by due_at, id
    limit $6
  ), last as (
    select due_at::text as "dueAt", id as "lastId", (select count(*)::int from seen) as count
    from seen order by due_at desc, id desc limit 1
  )
  select last.*, r.id as "runId", r.dispatch, r.entity_pk as "entityPk", r.columns
  from last
  left join seen r on r.revision <> $3
  order by r.due_at, r.id`;

interface Row extends Pick<FedRun, 'dispatch' | 'entityPk' | 'columns'> {
  readonly dueAt: string;
  readonly lastId: string;
  readonly count: number;
  readonly runId: string | null;
}

export const readRevised = async (
  ledger: Ledger,
  { laneId, task, taskId, revision }: StoppedUse,
  after: WaitingPlace = { dueAt: '-infinity', runId: '0' },
): Promise<RevisedRuns> => {
  const values = [laneId, taskId, revision, after.dueAt, after.runId, windowSize];
  const rows = await query<Row>(ledger, selectRevised, values);
  const [{ dueAt, lastId, count } = { dueAt: '', lastId: '', count: 0 }] = rows;
  const runs = rows.flatMap(({ runId, dispatch, entityPk, columns }) =>
    runId === null ? [] : [{ runId, dispatch, task, taskId, revision, entityPk, columns }],
  );
  return { runs, ...(count < windowSize ? {} : { next: { dueAt, runId: lastId } }) };
};
