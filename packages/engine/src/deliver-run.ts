/**
 * Render and send: feed → **render → send** → record → receipt. One job, one attempt at most.
 *
 * Never twice: the attempt is committed before the POST leaves, and only by the newest job of the run. Never lost: the
 * outcome is committed before the job returns (record-outcome.ts).
 */
import type { RenderedRequest } from '@quailrunner/action';
import type { Client } from '@quailrunner/delivery';
import { type Dispatch, type Outcome, QuailError, type Verdict } from '@quailrunner/domain';
import type { FinishedAttempt, StartedRun } from '@quailrunner/ledger';
import type { JobResult, Permit } from '@quailrunner/queue';
import { describeFault } from '@quailrunner/telemetry';
import { addressOf, type CodeTable, type MessageAddress } from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';
import { decideVerdict, ofTest } from './decide-verdict.js';
import { finishSurely } from './finish-surely.js';
import type { ReceiptAddress } from './receipt-address.js';
import { type Judged, type RecordDeps, recordOutcome } from './record-outcome.js';
import { refuseOutOfBounds } from './refuse-out-of-bounds.js';
import type { StoppedTasks } from './stopped-tasks.js';
import type { SuppressionWatch } from './suppression-watch.js';
import type { TaskCache } from './task-cache.js';
import { withWebhookHeaders } from './webhook-headers.js';

export interface DeliverDeps extends RecordDeps {
  readonly tasks: TaskCache;
  readonly client: Client;
  readonly secrets: Readonly<Record<string, string>>;
  /** What Twilio's codes mean. */
  readonly codes: CodeTable;
  readonly suppressions: SuppressionWatch;
  readonly stoppedTasks: Pick<StoppedTasks, 'has'>;
  /**
   * A request that has not left so long after its start was asked for does not leave any more: a worker that was frozen is
   * taken for lost, and when it wakes, its run may be somebody else's.
   */
  readonly leaveWithinMs: number;
  /** Absent: Twilio is not asked for receipts. */
  readonly receipts?: ReceiptAddress;
  readonly now: () => Date;
}

export const deliverRun = async (dispatch: Dispatch, permit: Permit, deps: DeliverDeps): Promise<JobResult> => {
  const leaveBefore = deps.now().getTime() + deps.leaveWithinMs;
  deps.reach('job.taken');
  const run = await start(dispatch, deps); // Committed before the POST leaves.
  if (run === undefined) return leaveOut(permit); // Late, twice, or paused meanwhile.
  deps.reach('attempt.started');
  const prepared = await prepare(run, deps);
  if ('verdict' in prepared) return recordOutcome(run, prepared, permit, deps);
  const { task, request, address } = prepared;
  const outcome = (await mayLeave(run, prepared, leaveBefore, permit, deps))
    ? await deps.client.post(request, { timeoutMs: task.settings.timeoutMs, leaveBefore })
    : outOfTime;
  deps.reach('attempt.answered');
  const verdict = decideVerdict(task, outcome, { now: deps.now().getTime(), codes: deps.codes });
  return recordOutcome(run, { task, verdict, outcome, address, spent: true }, permit, deps);
};

/** The turn goes to another run. */
const leaveOut = (permit: Permit): JobResult => {
  permit.giveBack();
  return { state: 'void' };
};

/** Waits for its turn in the lane. Whatever was told of its task and its recipient meanwhile is heeded. */
const mayLeave = async (
  { taskId }: StartedRun,
  { address }: Prepared,
  leaveBefore: number,
  permit: Permit,
  { suppressions, stoppedTasks }: DeliverDeps,
): Promise<boolean> => (await permit.arrive(leaveBefore)) && !stoppedTasks.has(taskId) && !suppressions.has(address);

/** The lane or the task was stopped, the recipient has opted out, or there was no turn left in time. */
const outOfTime: Outcome = {
  kind: 'not-sent',
  code: 'TOO_LATE',
  reason: 'its turn in the lane did not come in time, or it was stopped before',
  durationMs: 0,
};

/** When the ledger breaks off, the start may have been committed or not: it is undone before the job is tried again. */
const start = async (dispatch: Dispatch, deps: DeliverDeps): Promise<StartedRun | undefined> => {
  try {
    return await deps.attempts.start(dispatch);
  } catch (fault) {
    await finishSurely(undoneStart(dispatch, fault), deps);
    throw fault;
  }
};

const undoneStart = (dispatch: Dispatch, fault: unknown): FinishedAttempt => ({
  ...dispatch,
  state: 'pending',
  spent: false,
  dueInMs: 0,
  verdict: 'transient',
  code: 'LEDGER_LOST',
  reason: describeFault(fault).message,
  durationMs: 0,
});

interface Prepared {
  readonly task: CompiledTask;
  readonly request: RenderedRequest;
  readonly address: () => MessageAddress | undefined;
}

const prepare = async (run: StartedRun, deps: DeliverDeps): Promise<Prepared | Judged> => {
  let isTest = false;
  try {
    const task = await deps.tasks.read(run.taskId, run.revision);
    isTest = task.settings.isTest === true;
    const rendered = task.render(run.columns, deps.secrets);
    refuseOutOfBounds(task, rendered, deps.now().getTime());
    const address = () => (task.isMessage ? addressOf(rendered.url, rendered.form ?? []) : undefined);
    if (deps.suppressions.has(address)) return { task, verdict: suppressed, spent: false };
    const request = deps.receipts?.ask(rendered, task, run) ?? withWebhookHeaders(rendered, task, run, deps);
    return { task, request, address };
  } catch (fault) {
    const verdict = judgeUnrendered(fault);
    return { verdict: isTest ? ofTest(verdict) : verdict, spent: false };
  }
};

/** It goes back, and the feed skips it. */
const suppressed: Verdict = {
  kind: 'throttled',
  scope: 'run',
  code: 'SUPPRESSED',
  reason: 'The recipient has opted out since the run was fed.',
};

/** Nothing was sent. A secret that is missing or no good stops the lane; a row that doesn't fit the template fails its run. */
const judgeUnrendered = (fault: unknown): Verdict => {
  const { fault: code, message: reason } = describeFault(fault);
  if (code === 'RENDER_SECRET_MISSING' || code === 'WEBHOOK_SECRET_INVALID')
    return { kind: 'lane-fault', code, reason };
  if (code === 'NUMBER_INVALID') return { kind: 'refused', fault: 'recipient', code, reason };
  if (fault instanceof QuailError && !fault.retryable) return { kind: 'refused', fault: 'content', code, reason };
  return { kind: 'transient', code, reason };
};
