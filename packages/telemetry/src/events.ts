/**
 * Every event the product logs, with its level and the fields it may carry. Fields are ids, counts, times, codes and
 * scrubbed text: there is no place here for a row's value, a body, a header or a secret, so none can slip into a log.
 */
export interface EventFields {
  'app.started': { url?: string; version?: string };
  'app.stopping': { signal: string };
  'app.stopped': { exitCode: number };
  'app.failed': Fault;

  'ledger.migrated': { names: string[] };
  'ledger.connection_lost': Fault;
  'ledger.connection_restored': { awayMs: number };
  'queue.connection_lost': Fault;
  'queue.connection_restored': { awayMs: number };

  'scan.finished': { task: string; scanId: string; read: number; claimed: number; durationMs: number };
  'scan.failed': { task: string; scanId: string; line?: number; column?: number } & Fault;
  'recheck.failed': { task: string; runs: number } & Fault;
  'lane.fed': { laneId: number; runs: number };
  'lane.feed_failed': { laneId: number } & Fault;
  'lane.recheck_failed': { laneId: number; runs: number } & Fault;
  'lane.opened': { laneId: number; lane: string };
  'lane.closed': { laneId: number };
  /** Its consumer took nothing although jobs were waiting. */
  'lane.reopened': { laneId: number; waiting: number };
  /** The receiver asked for a rest, or can't be reached; `pace` in messages a second after it. */
  'lane.slowed': { laneId: number; code: string; backoffMs: number; pace?: number };
  'lane.held': { laneId: number; lane: string; reason: string };
  /** Its content was refused again and again. */
  'task.held': { task: string; reason: string };
  /** A person was told of a hold; `status` of whoever was to take it. */
  'alert.sent': { alertId: string };
  'alert.failed': { alertId: string; status?: number } & Partial<Fault>;
  /** Somebody wants nothing more of a sender, or wants it again; `runs` wait for their tasks' next scan. */
  'recipient.suppressed': { toldBy: string; code?: string };
  'suppression.lifted': { by: string; runs: number };

  'attempt.finished': {
    runId: string;
    attempt: number;
    verdict: string;
    state: string;
    status?: number;
    code?: string;
    durationMs: number;
    /** Of a throttle: how many requests Twilio saw at once. */
    concurrentRequests?: number;
  };
  /** What its verdict means for its lane, task or recipient could not be written. */
  'verdict.unheeded': { runId: string } & Fault;
  'run.unrenderable': { runId: string; code: string };
  'run.recalled': { runId: string; laneId: number };
  'run.settled': { runId: string; state: string; by: string };
  'sweep.finished': { lost: number; returned: number };
  /** Failed runs wait again, as a person asked. */
  'retry.advanced': { runs: number };
  /** Redis was flushed, replaced or restarted: `returned` runs had no job there any more and are fed again. */
  'queue.forgotten': { returned: number };

  /** PUBLIC_URL is set, and yet Twilio is not asked for receipts. */
  'receipts.off': { reason: string };
  'receipt.recorded': { runId: string; delivery: string; code?: string };
  /** How many were turned away since the last of these lines, by reason. */
  'receipt.refused': Partial<Record<'reference' | 'signature' | 'no-token' | 'content' | 'ledger-away', number>>;

  /** `route` as it was registered, with its parameters' names: never the path that was asked for. */
  'request.failed': { route: string; method?: string; status?: number; requestId?: string } & Fault;
  'user.created': { name: string };
  'user.signed_in': { userId: number };
  /** Without the name: people type passwords there by mistake. */
  'user.sign_in_refused': { reason: 'wrong' | 'throttled' };
  'poll.failed': { poller: string } & Fault;
  'job.failed': { laneId: number; jobId: string } & Fault;
}

export interface Fault {
  fault: string;
  message: string;
}

export type EventName = keyof EventFields;
export type Level = 'debug' | 'info' | 'warn' | 'error';

export const eventLevels: Readonly<Record<EventName, Level>> = {
  'app.started': 'info',
  'app.stopping': 'info',
  'app.stopped': 'info',
  'app.failed': 'error',
  'ledger.migrated': 'info',
  'ledger.connection_lost': 'warn',
  'ledger.connection_restored': 'info',
  'queue.connection_lost': 'warn',
  'queue.connection_restored': 'info',
  'scan.finished': 'info',
  'scan.failed': 'error',
  'recheck.failed': 'error',
  'lane.fed': 'debug',
  'lane.feed_failed': 'error',
  'lane.recheck_failed': 'error',
  'lane.opened': 'info',
  'lane.closed': 'info',
  'lane.reopened': 'warn',
  'lane.slowed': 'warn',
  'lane.held': 'error',
  'task.held': 'error',
  'alert.sent': 'info',
  'alert.failed': 'error',
  'recipient.suppressed': 'info',
  'suppression.lifted': 'info',
  'attempt.finished': 'debug',
  'verdict.unheeded': 'error',
  'run.unrenderable': 'warn',
  'run.recalled': 'info',
  'run.settled': 'info',
  'sweep.finished': 'info',
  'retry.advanced': 'info',
  'queue.forgotten': 'warn',
  'receipts.off': 'warn',
  'receipt.recorded': 'debug',
  'receipt.refused': 'warn',
  'request.failed': 'error',
  'user.created': 'info',
  'user.signed_in': 'info',
  'user.sign_in_refused': 'warn',
  'poll.failed': 'error',
  'job.failed': 'error',
};
