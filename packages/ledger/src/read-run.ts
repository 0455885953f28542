/** One run with its whole story: all that was tried, and what Twilio said of it later. */
import type { Columns, VerdictKind } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';
import { type RunRow, runColumns } from './read-runs.js';

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
