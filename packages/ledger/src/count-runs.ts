/** How many runs there are, by task and state. Exact, and of one moment. Runs of tests count nowhere. */
import type { RunState } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, queryOne } from './query.js';

export interface RunCount {
  readonly task: string;
  readonly state: RunState;
  readonly runs: number;
}

// Why: shelves are counted in their index; what shares one is told apart by looking at the few. Cost: reads that index, about
// a second for ten million runs; rows only of what is on its way out, was canceled, or waits once more.
const count = (ofTask: string): string => `
  with asked as materialized (
    select id, name from quailrunner.tasks where kind = 'task' ${ofTask}
  ), shelved as materialized (
    select task_id, shelf, count(*) as runs
    from quailrunner.runs
    where task_id = any (array(select id from asked))
    group by task_id, shelf
  ), few as materialized (
    select task_id, shelf, state, count(*) as runs
    from quailrunner.runs
    where task_id = any (array(select id from asked)) and shelf = 'waiting' and dispatch > 0 and state = 'retrying'
    group by task_id, shelf, state
    union all
    select task_id, shelf, state, count(*)
    from quailrunner.runs
    where task_id = any (array(select id from asked)) and shelf = 'out' and state = 'sending'
    group by task_id, shelf, state
    union all
    select task_id, shelf, state, count(*)
    from quailrunner.runs
    where task_id = any (array(select id from asked)) and shelf = 'done' and code = 'CANCELED' and state = 'canceled'
    group by task_id, shelf, state
  ), counted as materialized (
    select task_id, state, runs from few
    union all
    select s.task_id,
      case s.shelf when 'waiting' then 'pending' when 'out' then 'queued' when 'done' then 'completed' else s.shelf end,
      s.runs - coalesce((select sum(f.runs) from few f where f.task_id = s.task_id and f.shelf = s.shelf), 0)
    from shelved s
  )
  select asked.name as task, c.state, c.runs::float8 as runs
  from counted c
  join asked on asked.id = c.task_id
  where c.runs > 0
  order by asked.name, c.state`;

const countAll = count('');
const countOfTask = count('and name = $1');

// Cost: an index probe a task, and the index entries of what is unknown.
const countUnknownRuns = `
  select coalesce(sum(few.runs), 0)::float8 as runs
  from quailrunner.tasks t
  cross join lateral (
    select count(*) as runs from quailrunner.runs r where r.task_id = t.id and r.shelf = 'unknown'
  ) few
  where t.kind = 'task'`;

/** Of all tasks, or of this one. Large ledgers take a while: not for each request. */
export const countRuns = (ledger: Ledger, task?: string): Promise<RunCount[]> =>
  task === undefined ? query<RunCount>(ledger, countAll) : query<RunCount>(ledger, countOfTask, [task]);

/** Runs that nobody knows the answer of yet. Cheap. */
export const countUnknown = async (ledger: Ledger): Promise<number> =>
  (await queryOne<{ runs: number }>(ledger, countUnknownRuns)).runs;
