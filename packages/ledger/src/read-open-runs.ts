/** Runs that need somebody to look after them: fed long ago, or sent and never answered. */
import type { Columns, Dispatch } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

export interface StaleRun extends Dispatch {
  readonly laneId: number;
}

/** A run whose last attempt was never answered, with what it takes to look it up or to render it again. */
export interface UnknownRun extends Dispatch {
  readonly taskId: number;
  readonly task: string;
  /** The revision that rendered the attempt. */
  readonly revision: number;
  readonly laneId: number;
  readonly entityPk: string;
  readonly columns: Columns;
  /** Attempts spent, the unanswered one among them. */
  readonly attempts: number;
  /** When the unanswered attempt was begun. */
  readonly startedAt: Date;
  /** When it was given up, or its answer broken off. */
  readonly lostAt: Date;
  /** What was last known of it. */
  readonly code: string;
}

// Cost: reads what is in Redis, which is bounded. By id, so that a caller can go on where it stopped.
const selectStale = `
  select r.id as "runId", r.dispatch, r.lane_id as "laneId"
  from quailrunner.runs r
  where r.shelf = 'out' and r.state = 'queued' and r.queued_at < now() - $1 * interval '1 ms' and r.id > $2
  order by r.id
  limit $3`;

const selectUnknown = `
  select r.id as "runId", r.dispatch, r.task_id as "taskId", t.name as task, r.revision, r.lane_id as "laneId",
    r.entity_pk as "entityPk", r.columns, r.attempts, r.started_at as "startedAt", a.finished_at as "lostAt",
    coalesce(r.code, '') as code
  from quailrunner.runs r
  join quailrunner.tasks t on t.id = r.task_id
  join quailrunner.attempts a on a.run_id = r.id and a.dispatch = r.dispatch
  where r.shelf = 'unknown' and r.due_at <= now()
  order by r.due_at
  limit $1`;

const selectSids = `
  select sid from quailrunner.attempts where sid = any ($1)
  union
  select sid from quailrunner.receipts where sid = any ($1) and (run_id, dispatch) <> ($2, $3)`;

export interface StalePage {
  readonly olderThanMs: number;
  readonly limit: number;
  /** Last run of the page before. */
  readonly afterRunId?: string;
}

/** Runs that were fed so long ago that it is worth asking Redis whether it still has their jobs. */
export const readStaleQueued = (ledger: Ledger, { olderThanMs, limit, afterRunId }: StalePage): Promise<StaleRun[]> =>
  query<StaleRun>(ledger, selectStale, [olderThanMs, afterRunId ?? '0', limit]);

/** Unknown runs that are due for a look, longest first. */
export const readUnknown = (ledger: Ledger, { limit }: { limit: number }): Promise<UnknownRun[]> =>
  query<UnknownRun>(ledger, selectUnknown, [limit]);

/** Which of these ids of messages are known to be those of other attempts than this one. */
export const readKnownSids = async (
  ledger: Ledger,
  sids: readonly string[],
  { runId, dispatch }: Dispatch,
): Promise<Set<string>> =>
  new Set((await query<{ sid: string }>(ledger, selectSids, [sids, runId, dispatch])).map(({ sid }) => sid));
