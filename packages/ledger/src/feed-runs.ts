/** Feed: claim → **feed** → render. Takes the next due runs of a lane off the ledger's shelf, for Redis. */
import type { Columns, Dispatch } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

export interface FedRun extends Dispatch {
  /** The task's name. */
  readonly task: string;
  readonly taskId: number;
  /** The task's newest, but for a test: that is of one revision, the one that was looked at. */
  readonly revision: number;
  readonly entityPk: string;
  readonly columns: Columns;
}

// Why: Redis holds about a minute's worth, refilled at half; tasks take turns, so a large one delays no small one.
// Promise: the new dispatch number makes every older job of the run void. Concurrency: one feed a lane at a time, another
// scheduler skips it; a run that moves meanwhile is left out by the last `where`. Cost: reads what is in Redis and, for
// each active task, the index entries of as many runs as there is room for; never the whole backlog.
const feed = `
  with lane as (
    select id from quailrunner.lanes where id = $1 and state = 'open' for no key update skip locked
  ), room as (
    select $2 - count(*) as runs
    from (
      select from quailrunner.runs
      where lane_id = (select id from lane) and shelf = 'out' and state = 'queued'
      limit $2 / 2 + 1
    ) queued
    having count(*) <= $2 / 2 and exists (select from lane)
  ), next as (
    select due.id, t.name as task, case t.kind when 'test' then due.revision else t.revision end as revision, due.turn
    from quailrunner.tasks t
    cross join lateral (
      select r.id, r.revision, row_number() over (order by r.due_at, r.id) as turn
      from quailrunner.runs r
      where r.lane_id = $1 and r.task_id = t.id and r.shelf = 'waiting' and r.due_at <= now()
      order by r.due_at, r.id
      limit coalesce((select runs from room), 0)
    ) due
    where t.state = 'active'
    order by due.turn, t.id
    limit coalesce((select runs from room), 0)
  ), fed as (
    update quailrunner.runs r
    set state = 'queued', dispatch = r.dispatch + 1, queued_at = now(), revision = next.revision
    from next
    where r.id = next.id and r.state in ('pending', 'retrying') and r.due_at <= now()
    returning r.id, r.dispatch, r.task_id, r.entity_pk, r.columns, next.task, next.revision, next.turn
  )
  select id as "runId", dispatch, task, task_id as "taskId", revision, entity_pk as "entityPk", columns
  from fed
  order by turn, id`;

/** Nothing while more than half of `highWater` is queued, and while another scheduler feeds the lane. */
export const feedRuns = (
  ledger: Ledger,
  { laneId, highWater }: { laneId: number; highWater: number },
): Promise<FedRun[]> => query<FedRun>(ledger, feed, [laneId, highWater]);
