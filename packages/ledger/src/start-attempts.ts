/** Send, begun: render → **send** → record. Committed before the POST leaves, a batch in one statement. */
import type { Columns, Dispatch } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { type PreparedStatement, query } from './query.js';

export interface StartedRun extends Dispatch {
  readonly taskId: number;
  /** The task's newest; this attempt is made by it. */
  readonly revision: number;
  readonly laneId: number;
  readonly entityPk: string;
  readonly columns: Columns;
  /** Attempts spent before this one. */
  readonly attempts: number;
}

/** Its lane or its task was paused after it was fed: it went back to `pending`. */
export interface RecalledRun extends Dispatch {
  readonly laneId: number;
}

export type Start =
  | { readonly kind: 'started'; readonly run: StartedRun }
  | { readonly kind: 'recalled'; readonly run: RecalledRun }
  /** Another worker was first, or the job came late: there is nothing to do. */
  | { readonly kind: 'refused' };

// Why: the mark that makes a crash visible. Promise: only the newest job of a queued run starts it, once. Concurrency: a
// second worker waits for the row and then finds the state moved on. Cost: a primary key probe and a heap-only update a
// run, no index write: `shelf`, `queued_at` and `due_at` stay as they are.
const start: PreparedStatement = {
  name: 'start-attempts',
  text: `
  update quailrunner.runs r
  set state = case when l.state = 'open' and t.state = 'active' then 'sending' else 'pending' end,
    worker_id = $3, started_at = now(), revision = t.revision
  from unnest($1::bigint[], $2::int[]) as job (id, dispatch), quailrunner.lanes l, quailrunner.tasks t
  where r.id = job.id and r.dispatch = job.dispatch and r.state = 'queued' and l.id = r.lane_id and t.id = r.task_id
  returning r.id as "runId", r.dispatch, r.state, r.task_id as "taskId", r.revision, r.lane_id as "laneId",
    r.entity_pk as "entityPk", r.columns, r.attempts`,
};

type StartRow = StartedRun & { readonly state: 'sending' | 'pending' };

/** One result for each dispatch, in order. A dispatch that comes twice in a batch is started by its first place only. */
export const startAttempts = async (
  ledger: Ledger,
  workerId: string,
  dispatches: readonly Dispatch[],
): Promise<Start[]> => {
  const ids = dispatches.map(({ runId }) => runId);
  const numbers = dispatches.map(({ dispatch }) => dispatch);
  const rows = await query<StartRow>(ledger, start, [ids, numbers, workerId]);
  const moved = new Map(rows.map((row) => [row.runId, row]));
  return dispatches.map(({ runId, dispatch }) => {
    const row = moved.get(runId);
    if (row?.dispatch !== dispatch) return { kind: 'refused' };
    moved.delete(runId);
    const { state, ...run } = row;
    return state === 'sending'
      ? { kind: 'started', run }
      : { kind: 'recalled', run: { runId, dispatch, laneId: run.laneId } };
  });
};
