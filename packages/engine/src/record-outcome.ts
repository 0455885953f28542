/**
 * Record: send → **record** → receipt. What an attempt came to, told to the lane and committed before the job returns.
 * Whatever dies before leaves a run in `sending`, which the sweep turns into `unknown` and a look-up settles.
 */
import {
  type Dispatch,
  type Outcome,
  paceLaw,
  type Settlement,
  scrub,
  settle,
  type Verdict,
} from '@quailrunner/domain';
import type { Attempts, FinishedAttempt, StartedRun } from '@quailrunner/ledger';
import type { JobResult, Permit } from '@quailrunner/queue';
import { describeFault } from '@quailrunner/telemetry';
import { excerptAnswer, type MessageAddress } from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';
import type { ConcurrencyWatch } from './concurrency-watch.js';
import { finishSurely } from './finish-surely.js';
import { type HeedDeps, heedVerdict } from './heed-verdict.js';
import { tellLane } from './tell-lane.js';

export interface RecordDeps extends HeedDeps {
  readonly attempts: Attempts;
  readonly concurrency: Pick<ConcurrencyWatch, 'note'>;
  /** How long a run that may have been sent waits before Twilio is asked for it. */
  readonly lookUpAfterMs: number;
  readonly random: () => number;
}

/** What an attempt came to, with or without a POST. */
export interface Judged {
  readonly task?: CompiledTask;
  readonly verdict: Verdict;
  readonly outcome?: Outcome;
  /** Absent where it never came to one. */
  readonly address?: () => MessageAddress | undefined;
  readonly spent: boolean;
}

export const recordOutcome = async (
  run: StartedRun,
  judged: Judged,
  permit: Permit,
  deps: RecordDeps,
): Promise<JobResult> => {
  const { verdict, outcome, address = () => undefined } = judged;
  const settlement = settlementOf(judged, run.attempts, permit, deps);
  const concurrentRequests = deps.concurrency.note(run.laneId, outcome);
  if (outcome === undefined && verdict.kind !== 'lane-fault') permit.giveBack();
  else await tellLane(run.laneId, verdict, permit, deps);
  // What the ledger refuses for ever must not keep the run from its end.
  await heedVerdict(run, verdict, address, deps).catch((fault) =>
    deps.log.emit('verdict.unheeded', { runId: run.runId, ...describeFault(fault) }),
  );
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
    ...(verdict.kind === 'throttled' && concurrentRequests !== undefined ? { concurrentRequests } : {}),
  });
  return settlement.state === 'failed' && 'code' in verdict
    ? { state: 'failed', failure: `${verdict.code}: ${verdict.reason}` }
    : { state: settlement.state };
};

/** Settings under which an attempt is settled that never got as far as its task. */
const unreadTask = {
  retries: Number.POSITIVE_INFINITY,
  backoff: { firstMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0.2 },
};

/** Who tries alone for its lane and finds no connection pays nothing for it: the lane is at fault, not the run. */
const settlementOf = ({ task, verdict }: Judged, attempts: number, permit: Permit, deps: RecordDeps): Settlement => {
  if (permit.isProbe && verdict.kind === 'transient' && verdict.isUnreachable)
    return { state: 'pending', spent: false, dueInMs: paceLaw.unreachable.firstMs };
  return settle(task?.settings ?? unreadTask, verdict, attempts, deps.random());
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
