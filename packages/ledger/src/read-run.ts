/** One run with its whole story: all that was tried, and what Twilio said of it later. */
import type { Columns, VerdictKind } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';
import { type RunRow, runColumns } from './read-runs.js';

export interface RunStory extends RunRow {
  /** The scan that claimed it. Absent: it is a test, which a person sent. */
  readonly scanId?: string;
  /** The task's, at that time. */
  readonly claimedRevision?: number;
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
  /** Where that worker ran. Absent: it has been gone for a week. */
  readonly workerHost?: string;
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

const selectRun = `
  select ${runColumns}, r.columns, nullif(r.scan_id, 0) as "scanId", s.revision as "claimedRevision"
  from quailrunner.runs r
  join quailrunner.tasks t on t.id = r.task_id
  left join quailrunner.scans s on s.id = r.scan_id
  where r.id = $1`;

const selectAttempts = `
  select a.dispatch, a.number, a.revision, a.worker_id as "workerId", w.host as "workerHost", a.started_at as "startedAt",
    a.finished_at as "finishedAt", a.verdict, a.duration_ms as "durationMs", a.http_status as "httpStatus", a.code, a.reason,
    a.excerpt, a.sid, a.settled_by as "settledBy"
  from quailrunner.attempts a
  left join quailrunner.workers w on w.id = a.worker_id
  where a.run_id = $1
  order by a.dispatch`;

const selectReceipts = `
  select dispatch, sid, status, code, received_at as "receivedAt"
  from quailrunner.receipts
  where run_id = $1
  order by received_at, status`;

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
export const isRunId = (text: string): boolean => /^\d{1,18}$/.test(text);
