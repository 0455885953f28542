/** Send, begun: render → **send** → record. The mark that is committed before the POST leaves; write-attempts.ts writes it. */
import type { Columns, Dispatch } from '@quailrunner/domain';

export interface StartedRun extends Dispatch {
  readonly taskId: number;
  /** The task's newest, or the test's own; this attempt is made by it. */
  readonly revision: number;
  readonly laneId: number;
  readonly entityPk: string;
  readonly columns: Columns;
  /** Attempts spent before this one. */
  readonly attempts: number;
}

export type Start =
  /** `recalled`: its lane or its task was paused after it was fed, so it went back to `pending`. */
  | { readonly kind: 'started' | 'recalled'; readonly run: StartedRun }
  /** Another worker was first, or the job came late: there is nothing to do. */
  | { readonly kind: 'refused' };

// Why: the mark that makes a crash visible. Promise: only the newest job of a queued run starts it, once. Concurrency: a
// second worker waits for the row and then finds the state moved on. Cost: a primary key probe and a heap-only update a
// run, no index write: `shelf`, `queued_at` and `due_at` stay as they are. A run goes back to be fed anew where its lane or
// task was paused, its task was revised, or its recheck is old: the lane stood still for longer than a feed of it takes, or
// for longer than workers know of suppressions.
/** $1 worker, $2 and $3 from `startColumns`. */
export const startedRows = `
  started as (
    update quailrunner.runs r
    set state = case
        when l.state = 'open' and t.state = 'active' and (r.revision = t.revision or t.kind = 'test')
          and r.queued_at > now() - least(
            greatest(interval '10 minutes', interval '400 seconds' / l.rate_per_second), interval '23 hours'
          )
        then 'sending'
        else 'pending'
      end,
      worker_id = $1, started_at = now()
    from unnest($2::bigint[], $3::int[]) as job (id, dispatch), quailrunner.lanes l, quailrunner.tasks t
    where r.id = job.id and r.dispatch = job.dispatch and r.state = 'queued' and l.id = r.lane_id and t.id = r.task_id
    returning r.id, r.dispatch, r.state, r.task_id, r.revision, r.lane_id, r.entity_pk, r.columns, r.attempts
  )`;

export const startColumns = (dispatches: readonly Dispatch[]): unknown[][] => [
  dispatches.map(({ runId }) => runId),
  dispatches.map(({ dispatch }) => dispatch),
];

/** A row of `started`; `state` is `pending` where the run went back. */
export interface StartRow extends StartedRun {
  readonly state: 'sending' | 'pending';
}

export const toStart = (row: StartRow | undefined): Start => {
  if (row === undefined) return { kind: 'refused' };
  const { state, ...run } = row;
  return { kind: state === 'sending' ? 'started' : 'recalled', run };
};
