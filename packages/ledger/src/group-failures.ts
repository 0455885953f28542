/** Why the runs of a task failed, or stay unknown: one row for each code, the most frequent first. */
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

export interface FailureGroup {
  readonly state: 'failed' | 'unknown';
  /** Nothing where a verdict had none. */
  readonly code?: string;
  readonly runs: number;
  /** When the newest of them failed, or was sent without an answer. */
  readonly newestAt: Date;
  /** The one that was claimed last. */
  readonly exampleRunId: string;
  readonly exampleReason?: string;
}

// Cost: reads the index entries of what failed, some 50 ms for 120,000; rows only of what is unknown, and
// one a group.
const group = `
  with grouped as (
    select shelf, code, count(*) as runs, max(finished_at) as newest, max(id) as example
    from quailrunner.runs
    where task_id = (select id from quailrunner.tasks where kind = 'task' and name = $1) and shelf = 'failed'
    group by shelf, code
    union all
    select shelf, code, count(*), max(started_at), max(id)
    from quailrunner.runs
    where task_id = (select id from quailrunner.tasks where kind = 'task' and name = $1) and shelf = 'unknown'
    group by shelf, code
  )
  select g.shelf as state, g.code, g.runs::float8 as runs, g.newest as "newestAt", g.example as "exampleRunId",
    e.reason as "exampleReason"
  from grouped g
  join quailrunner.runs e on e.id = g.example
  order by g.runs desc, g.shelf, g.code
  limit 200`;

export const groupFailures = async (ledger: Ledger, task: string): Promise<FailureGroup[]> =>
  (await query<FailureGroup>(ledger, group, [task])).map(withoutNulls);
