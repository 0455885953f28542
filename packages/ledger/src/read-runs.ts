/** Runs, read: a list a page at a time, one with its whole story, and how many there are. */
import type { Columns, Delivery, RunState, VerdictKind } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

export interface RunRow {
  readonly runId: string;
  readonly taskId: number;
  readonly task: string;
  readonly revision: number;
  readonly entityPk: string;
  readonly laneId: number;
  readonly state: RunState;
  /** Attempts that counted. */
  readonly attempts: number;
  readonly dispatch: number;
  /** When a waiting run may be fed, and when an unknown one is looked at next. */
  readonly dueAt: Date;
  readonly claimedAt: Date;
  readonly queuedAt?: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly code?: string;
  readonly reason?: string;
  /** The furthest that its receipts tell. */
  readonly delivery?: Delivery;
  /** Twilio's code, where it could not be delivered. */
  readonly deliveryCode?: string;
}

export interface RunStory extends RunRow {
  readonly columns: Columns;
  /** Attempts that ended, first to last. */
  readonly history: readonly AttemptRow[];
  /** In the order in which they came. */
  readonly receipts: readonly ReceiptRow[];
}

export interface ReceiptRow {
  /** Of the attempt whose message it tells of. */
  readonly dispatch: number;
  readonly sid: string;
  /** As Twilio said it. */
  readonly status: string;
  readonly code?: string;
  readonly receivedAt: Date;
}

export interface AttemptRow {
  readonly dispatch: number;
  readonly number: number;
  readonly revision: number;
  readonly workerId: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly verdict: VerdictKind;
  readonly durationMs: number;
  readonly httpStatus?: number;
  readonly code?: string;
  readonly reason?: string;
  readonly excerpt?: string;
  readonly sid?: string;
  /** Who knew what became of it, where its own answer didn't say. */
  readonly settledBy?: 'look-up' | 'receipt' | 'answer' | 'person' | 'policy';
}

export interface RunFilter {
  /** By name. */
  readonly task?: string;
  readonly state?: RunState;
  readonly entityPk?: string;
}

export interface RunPage {
  readonly limit: number;
  /** The last run of the page before: newest come first. */
  readonly beforeRunId?: string;
}

export interface RunCount {
  readonly task: string;
  readonly state: RunState;
  readonly runs: number;
}

const runColumns = `
  r.id as "runId", r.task_id as "taskId", t.name as task, r.revision, r.entity_pk as "entityPk", r.lane_id as "laneId",
  r.state, r.attempts, r.dispatch, r.due_at as "dueAt", r.claimed_at as "claimedAt", r.queued_at as "queuedAt",
  r.started_at as "startedAt", r.finished_at as "finishedAt", r.code, r.reason, r.delivery,
  r.delivery_code as "deliveryCode"`;

// Cost: a page of the primary key backwards; failed and unknown runs, which are few among many, have indexes of their own.
const selectRuns = (filter: RunFilter): string => `
  select ${runColumns}
  from quailrunner.runs r
  join quailrunner.tasks t on t.id = r.task_id
  where ($1::bigint is null or r.id < $1)
    and ($2::text is null or r.task_id = (select id from quailrunner.tasks where name = $2))
    and ($3::text is null or r.${filter.state === 'failed' || filter.state === 'unknown' ? 'shelf' : 'state'} = $3)
    and ($4::text is null or r.entity_pk = $4)
  order by r.id desc
  limit $5`;

const selectRun = `
  select ${runColumns}, r.columns
  from quailrunner.runs r
  join quailrunner.tasks t on t.id = r.task_id
  where r.id = $1`;

const selectAttempts = `
  select dispatch, number, revision, worker_id as "workerId", started_at as "startedAt", finished_at as "finishedAt",
    verdict, duration_ms as "durationMs", http_status as "httpStatus", code, reason, excerpt, sid,
    settled_by as "settledBy"
  from quailrunner.attempts
  where run_id = $1
  order by dispatch`;

const selectReceipts = `
  select dispatch, sid, status, code, received_at as "receivedAt"
  from quailrunner.receipts
  where run_id = $1
  order by received_at, status`;

const countAll = `
  select t.name as task, r.state, r.runs::float8 as runs
  from (select task_id, state, count(*) as runs from quailrunner.runs group by task_id, state) r
  join quailrunner.tasks t on t.id = r.task_id and t.kind = 'task'
  order by t.name, r.state`;

/** Newest first. */
export const readRuns = async (ledger: Ledger, filter: RunFilter, page: RunPage): Promise<RunRow[]> => {
  const values = [page.beforeRunId, filter.task, filter.state, filter.entityPk, page.limit];
  return (await query<RunRow>(ledger, selectRuns(filter), values)).map(withoutNulls);
};

export const readRun = async (ledger: Ledger, runId: string): Promise<RunStory | undefined> => {
  if (!isRunId(runId)) return undefined;
  const [run] = await query<Omit<RunStory, 'history' | 'receipts'>>(ledger, selectRun, [runId]);
  if (run === undefined) return undefined;
  const [history, receipts] = await Promise.all([
    query<AttemptRow>(ledger, selectAttempts, [runId]),
    query<ReceiptRow>(ledger, selectReceipts, [runId]),
  ]);
  return { ...withoutNulls(run), history: history.map(withoutNulls), receipts: receipts.map(withoutNulls) };
};

/** A bigint's digits; whatever else a person types names no run. */
const isRunId = (text: string): boolean => /^\d{1,18}$/.test(text);

/** Reads all runs: for a page that people open, not for a poller. */
export const countRuns = (ledger: Ledger): Promise<RunCount[]> => query<RunCount>(ledger, countAll);
