/**
 * Render, send, record: feed → **render → send → record** → receipt. One job, one attempt at most.
 *
 * Never twice: the attempt is committed before the POST leaves, and only by the newest job of the run. Never lost: the
 * outcome is committed before the job returns; whatever dies in between leaves a run in `sending`, which the sweep turns
 * into `unknown` and a look-up settles.
 */
import type { RenderedRequest } from '@quailrunner/action';
import type { Client } from '@quailrunner/delivery';
import {
  type Dispatch,
  type Outcome,
  paceLaw,
  QuailError,
  type Reach,
  type Settlement,
  scrub,
  settle,
  type Verdict,
} from '@quailrunner/domain';
import { type Attempts, type FinishedAttempt, holdLane, type Ledger, type StartedRun } from '@quailrunner/ledger';
import type { JobResult, Permit } from '@quailrunner/queue';
import { describeFault, type Log } from '@quailrunner/telemetry';
import { excerptAnswer } from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';
import { decideVerdict } from './decide-verdict.js';
import { finishSurely, surely } from './finish-surely.js';
import type { ReceiptAddress } from './receipt-address.js';
import type { TaskCache } from './task-cache.js';
import { tellLane } from './tell-lane.js';
import { withWebhookHeaders } from './webhook-headers.js';

export interface DeliverDeps {
  readonly ledger: Ledger;
  readonly attempts: Attempts;
  readonly tasks: TaskCache;
  readonly client: Client;
  readonly secrets: Readonly<Record<string, string>>;
  readonly log: Log;
  /** How long a run that may have been sent waits before Twilio is asked for it. */
  readonly lookUpAfterMs: number;
  /**
   * A request that has not left so long after its start was asked for does not leave any more: a worker that was frozen is
   * taken for lost, and when it wakes, its run may be somebody else's.
   */
  readonly leaveWithinMs: number;
  /** Absent: Twilio is not asked for receipts. */
  readonly receipts?: ReceiptAddress;
  readonly reach: Reach;
  readonly random: () => number;
  readonly now: () => Date;
}

export const deliverRun = async (dispatch: Dispatch, permit: Permit, deps: DeliverDeps): Promise<JobResult> => {
  const leaveBefore = deps.now().getTime() + deps.leaveWithinMs;
  deps.reach('job.taken');
  const run = await start(dispatch, deps); // Committed before the POST leaves.
  if (run === undefined) return leaveOut(permit); // Late, twice, or paused meanwhile.
  deps.reach('attempt.started');
  const prepared = await prepare(run, deps);
  if ('verdict' in prepared) return record(run, prepared, permit, deps);
  const { task, request } = prepared;
  const outcome = (await permit.arrive(leaveBefore))
    ? await deps.client.post(request, { timeoutMs: task.settings.timeoutMs, leaveBefore })
    : outOfTime;
  deps.reach('attempt.answered');
  const verdict = decideVerdict(task, outcome, deps.now().getTime());
  return record(run, { task, verdict, outcome, spent: true }, permit, deps);
};

/** The turn goes to another run. */
const leaveOut = (permit: Permit): JobResult => {
  permit.giveBack();
  return { state: 'void' };
};

/** The lane was stopped, or had no turn left in time. */
const outOfTime: Outcome = {
  kind: 'not-sent',
  code: 'TOO_LATE',
  reason: 'its turn in the lane did not come in time',
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

type Prepared = { task: CompiledTask; request: RenderedRequest } | Judged;

/** What an attempt came to, with or without a POST. */
interface Judged {
  readonly task?: CompiledTask;
  readonly verdict: Verdict;
  readonly outcome?: Outcome;
  readonly spent: boolean;
}

const prepare = async (run: StartedRun, deps: DeliverDeps): Promise<Prepared> => {
  try {
    const task = await deps.tasks.read(run.taskId, run.revision);
    const rendered = task.action.render(run.columns, deps.secrets);
    const request = deps.receipts?.ask(rendered, task, run) ?? withWebhookHeaders(rendered, task, run, deps);
    return { task, request };
  } catch (fault) {
    return { verdict: judgeUnrendered(fault), spent: false };
  }
};

/** Nothing was sent. A secret that is missing or no good stops the lane; a row that doesn't fit the template fails its run. */
const judgeUnrendered = (fault: unknown): Verdict => {
  const { fault: code, message: reason } = describeFault(fault);
  if (code === 'RENDER_SECRET_MISSING' || code === 'WEBHOOK_SECRET_INVALID')
    return { kind: 'lane-fault', code, reason };
  if (fault instanceof QuailError && !fault.retryable) return { kind: 'refused', fault: 'content', code, reason };
  return { kind: 'transient', code, reason };
};

/** Settings under which an attempt is settled that never got as far as its task. */
const unreadTask = {
  retries: Number.POSITIVE_INFINITY,
  backoff: { firstMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0.2 },
};

const record = async (run: StartedRun, judged: Judged, permit: Permit, deps: DeliverDeps): Promise<JobResult> => {
  const { verdict, outcome } = judged;
  const settlement = settlementOf(judged, run.attempts, permit, deps);
  if (outcome === undefined && verdict.kind !== 'lane-fault') permit.giveBack();
  else await tellLane(run.laneId, verdict, permit, deps);
  if (settlement.holdLane !== undefined) await hold(run.laneId, settlement.holdLane, deps);
  const attempt = {
    ...run,
    ...settlement,
    spent: settlement.spent && judged.spent,
    dueInMs: settlement.state === 'unknown' ? deps.lookUpAfterMs : settlement.dueInMs,
  };
  const finished = toFinished(attempt, verdict, outcome);
  const isRecorded = await finishSurely({ ...finished, ...excerptOf(judged) }, deps);
  deps.reach('attempt.recorded');
  if (!isRecorded) return { state: 'void' }; // Settled otherwise meanwhile.
  deps.log.emit('attempt.finished', {
    runId: run.runId,
    attempt: run.attempts + 1,
    verdict: verdict.kind,
    state: settlement.state,
    durationMs: Math.round(outcome?.durationMs ?? 0),
    ...(outcome?.kind === 'answered' ? { status: outcome.status } : {}),
    ...('code' in verdict ? { code: verdict.code } : {}),
  });
  return settlement.state === 'failed' && 'code' in verdict
    ? { state: 'failed', failure: `${verdict.code}: ${verdict.reason}` }
    : { state: settlement.state };
};

/** Who tries alone for its lane and finds no connection pays nothing for it: the lane is at fault, not the run. */
const settlementOf = ({ task, verdict }: Judged, attempts: number, permit: Permit, deps: DeliverDeps): Settlement => {
  if (permit.isProbe && verdict.kind === 'transient' && verdict.isUnreachable)
    return { state: 'pending', spent: false, dueInMs: paceLaw.unreachable.firstMs };
  return settle(task?.settings ?? unreadTask, verdict, attempts, deps.random());
};

/** Before the run goes back: the next one must find the lane held. */
const hold = async (laneId: number, reason: string, { ledger, log, reach }: DeliverDeps): Promise<void> => {
  const lane = await surely(() => holdLane(ledger, laneId, reason), log);
  if (lane !== undefined) log.emit('lane.held', { laneId, lane, reason });
  reach('lane.held');
};

const toFinished = (
  run: Dispatch & Pick<FinishedAttempt, 'state' | 'spent' | 'dueInMs'>,
  verdict: Verdict,
  outcome: Outcome | undefined,
): FinishedAttempt => ({
  runId: run.runId,
  dispatch: run.dispatch,
  state: run.state,
  spent: run.spent,
  dueInMs: run.dueInMs,
  verdict: verdict.kind,
  durationMs: Math.round(outcome?.durationMs ?? 0),
  ...('code' in verdict ? { code: verdict.code, reason: scrub(verdict.reason) } : {}),
  ...(verdict.kind === 'accepted' && verdict.sid !== undefined ? { sid: verdict.sid } : {}),
  ...(outcome?.kind === 'answered' ? { httpStatus: outcome.status } : {}),
});

/** An answer may repeat the message, so only what explains a failure is kept; of Twilio's, the harmless fields. */
const excerptOf = ({ task, verdict, outcome }: Judged): { excerpt?: string } => {
  if (outcome?.kind !== 'answered' || verdict.kind === 'accepted') return {};
  return { excerpt: task?.target === 'twilio' ? excerptAnswer(outcome.body) : scrub(outcome.body) };
};
