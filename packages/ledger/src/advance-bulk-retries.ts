/**
 * Bulk retry, moved on: **failed → pending** → feed. A batch at a time, the next one when the last one is nearly done, so that
 * it goes at the pace of its lanes, finds out early that nothing is mended, and can be stopped.
 */
import type { Ledger } from './open-ledger.js';
import { type Ask, inTransaction, query } from './query.js';

const batchSize = 1_000;
/** As long as more of its runs than this are on their way, no further one is moved. */
const mostOnTheirWay = 200;
/** Failed runs that a look for the next batch reads, where few of them are wanted. */
const mostRead = 20_000;

const selectOpen = `
  select id from quailrunner.bulk_retries where state = 'running' or open_runs <> '{}' order by id`;

// Concurrency: another scheduler that looks after the same one at this moment skips it; whoever stops it waits.
const take = `
  select task_id as "taskId", code, failed_since as since, failed_until::text as until, state, cursor_task as "cursorTask",
    cursor_run as "cursorRun", is_through as "isThrough", open_runs as "openRuns"
  from quailrunner.bulk_retries
  where id = $1 and (state = 'running' or open_runs <> '{}')
  for no key update skip locked`;

interface Taken {
  readonly taskId: number | null;
  readonly code: string | null;
  readonly since: Date | null;
  /** As text: to the microsecond. */
  readonly until: string;
  readonly state: 'running' | 'stopped' | 'finished';
  readonly cursorTask: number;
  readonly cursorRun: string;
  readonly isThrough: boolean;
  readonly openRuns: string[];
}

// Cost: a primary key probe for each run on its way, 1,200 at most. A run that is gone counts as skipped.
const look = `
  select
    coalesce(array_agg(o.id order by o.id) filter (where r.shelf in ('waiting', 'out')), '{}') as "openRuns",
    count(*) filter (where r.state = 'completed')::int as completed,
    count(*) filter (where r.state = 'failed')::int as failed,
    count(*) filter (where r.state = 'unknown')::int as unknown,
    count(*) filter (where r.state in ('skipped', 'canceled') or r.id is null)::int as skipped
  from unnest($1::bigint[]) as o (id)
  left join quailrunner.runs r on r.id = o.id`;

interface Looked {
  readonly openRuns: string[];
  readonly completed: number;
  readonly failed: number;
  readonly unknown: number;
  readonly skipped: number;
}

// Tasks in turn, so that the index of each one's runs gives the next of them.
const nextTask = `
  select t.id as "taskId"
  from quailrunner.tasks t
  where t.kind = 'task' and t.id > $1 and ($2::int is null or t.id = $2)
    and exists (select from quailrunner.runs r where r.task_id = t.id and r.shelf = 'failed')
  order by t.id
  limit 1`;

// Promise: only what is failed at this moment, and failed before the retry was asked for. All attempts are before it again;
// code and reason stay until the next attempt says otherwise. Concurrency: waits for whoever moves one of them just now, and
// leaves it out when it is not failed any more. Cost: reads `mostRead` index entries and runs at most.
const move = `
  with seen as (
    select id, finished_at from quailrunner.runs
    where task_id = $1 and shelf = 'failed' and id > $2 and ($3::text is null or code = $3)
    order by id
    limit $7
  ), wanted as (
    select id from seen
    where finished_at <= $5::timestamptz and ($4::timestamptz is null or finished_at >= $4)
    order by id
    limit $6
  ), picked as (
    select r.id from quailrunner.runs r
    where r.id in (select id from wanted) and r.shelf = 'failed' and r.finished_at <= $5::timestamptz
    order by r.id
    for no key update
  ), moved as (
    update quailrunner.runs r
    set state = 'pending', attempts = 0, due_at = now(), finished_at = null
    from picked
    where r.id = picked.id
    returning r.id
  )
  select
    array(select id from moved order by id) as moved,
    (select count(*)::int from seen) as seen,
    (select count(*)::int from wanted) as wanted,
    (select max(id) from seen) as "lastSeen",
    (select max(id) from wanted) as "lastWanted"`;

interface Moved {
  readonly moved: string[];
  readonly seen: number;
  readonly wanted: number;
  readonly lastSeen: string | null;
  readonly lastWanted: string | null;
}

const keep = `
  update quailrunner.bulk_retries
  set open_runs = $2, moved = moved + $3, completed = completed + $4, failed = failed + $5, unknown = unknown + $6,
    skipped = skipped + $7, cursor_task = $8, cursor_run = $9, is_through = $10,
    state = case when state = 'running' and $10 and $2::bigint[] = '{}' then 'finished' else state end,
    finished_at = case when state = 'running' and $10 and $2::bigint[] = '{}' then now() else finished_at end,
    changed_at = now()
  where id = $1`;

/** How many runs were moved. Any number of schedulers may do this at once. */
export const advanceBulkRetries = async (ledger: Ledger): Promise<number> => {
  let moved = 0;
  for (const { id } of await query<{ id: string }>(ledger, selectOpen)) {
    moved += await inTransaction(ledger, (ask) => advance(ask, id));
  }
  return moved;
};

/** One transaction: what is moved, and that it was, or neither. */
const advance = async (ask: Ask, retryId: string): Promise<number> => {
  const [retry] = await ask<Taken>(take, [retryId]);
  if (retry === undefined) return 0;
  const [looked] = (await ask<Looked>(look, [retry.openRuns])) as [Looked];
  const isTime = retry.state === 'running' && !retry.isThrough && looked.openRuns.length <= mostOnTheirWay;
  const next = isTime ? await moveBatch(ask, retry) : { ...retry, moved: [] };
  const { completed, failed, unknown, skipped, openRuns } = looked;
  const { moved, cursorTask, cursorRun, isThrough } = next;
  const counts = [moved.length, completed, failed, unknown, skipped];
  await ask(keep, [retryId, [...openRuns, ...moved], ...counts, cursorTask, cursorRun, isThrough]);
  return moved.length;
};

type Batch = Pick<Taken, 'cursorTask' | 'cursorRun' | 'isThrough'> & { readonly moved: readonly string[] };

/** Of the task at the cursor, then of those after it, until the batch is full or enough was read. */
const moveBatch = async (ask: Ask, { taskId, code, since, until, ...from }: Taken): Promise<Batch> => {
  let { cursorTask, cursorRun } = from;
  const moved: string[] = [];
  for (let mayRead = mostRead; mayRead > 0 && moved.length < batchSize; ) {
    const limits = [batchSize - moved.length, mayRead];
    const [batch] = (await ask<Moved>(move, [cursorTask, cursorRun, code, since, until, ...limits])) as [Moved];
    moved.push(...batch.moved);
    const isFull = batch.wanted === limits[0];
    cursorRun = (isFull ? batch.lastWanted : batch.lastSeen) ?? cursorRun;
    if (isFull || batch.seen === mayRead) break;
    const [next] = await ask<{ taskId: number }>(nextTask, [cursorTask, taskId]);
    if (next === undefined) return { moved, cursorTask, cursorRun, isThrough: true };
    cursorTask = next.taskId;
    cursorRun = '0';
    mayRead -= batch.seen;
  }
  return { moved, cursorTask, cursorRun, isThrough: false };
};
