/**
 * Settle: finds out what became of attempts whose answer never came, and sends nothing itself. … → send → **settle** →
 * record. A run at Twilio is looked up among the messages to its number: found, it is completed with that message's sid,
 * which no other run can have; absent, its attempt has failed and it is retried. A plain host can't be asked, so the task's
 * policy decides. What can't be decided stays `unknown` and is asked again, less and less often.
 */
import { backoffMs, type Settlement, type Verdict } from '@quailrunner/domain';
import { readUnknown, settleUnknown, type UnknownRun, type UnknownSettlement } from '@quailrunner/ledger';
import { describeFault, type Log } from '@quailrunner/telemetry';
import type { CompiledTask } from './compile-task.js';
import { type Finding, type LookUpDeps, lookUpMessage } from './look-up-message.js';
import type { TaskCache } from './task-cache.js';

export interface ResolveDeps extends LookUpDeps {
  readonly tasks: TaskCache;
  readonly log: Log;
  readonly random: () => number;
  readonly now: () => Date;
}

const batchSize = 50;
const looksInFlight = 5;

/** Settles the unknown runs that are due for a look. */
export const resolveUnknown = async (deps: ResolveDeps): Promise<void> => {
  const runs = await readUnknown(deps.ledger, { limit: batchSize });
  for (let from = 0; from < runs.length; from += looksInFlight) {
    await Promise.all(runs.slice(from, from + looksInFlight).map((run) => resolveRun(run, deps)));
  }
};

/** A run that can't be looked at now keeps no other from it. */
const resolveRun = async (run: UnknownRun, deps: ResolveDeps): Promise<void> => {
  try {
    await settleRun(run, deps);
  } catch (fault) {
    const { fault: code, message: reason } = describeFault(fault);
    await settleUnknown(deps.ledger, run, { ...lookAgain(run, deps.now()), code, reason });
  }
};

const settleRun = async (run: UnknownRun, deps: ResolveDeps): Promise<void> => {
  const task = await deps.tasks.read(run.taskId, run.revision);
  const finding = await find(run, task, deps);
  const settlement = settlementOf(finding, run, task, deps);
  const result = await settleUnknown(deps.ledger, run, { ...settlement, ...recordOf(finding) });
  // Another run was settled by this very message a moment ago: the next look leaves it out.
  if (result === 'sid-taken') await settleUnknown(deps.ledger, run, lookAgain(run, deps.now()));
  if (result === 'settled' && settlement.state !== 'unknown') {
    deps.log.emit('run.settled', { runId: run.runId, state: settlement.state, by: finding.kind });
  }
};

/** What the attempt turned out to be. */
const recordOf = (finding: Finding): Pick<UnknownSettlement, 'verdict' | 'sid' | 'code' | 'reason'> => {
  switch (finding.kind) {
    case 'found': {
      const { sid, verdict } = finding;
      return verdict.kind === 'accepted'
        ? { verdict: 'accepted', sid }
        : { verdict: verdict.kind, sid, code: verdict.code, reason: verdict.reason };
    }
    case 'absent':
      return { verdict: 'transient' };
    case 'undecided':
      return { code: finding.code, reason: finding.reason };
  }
};

const find = async (run: UnknownRun, task: CompiledTask, deps: ResolveDeps): Promise<Finding> => {
  if (task.target === 'http') return { kind: 'undecided', code: 'NO_LOOK_UP', reason: 'the host offers no look-up' };
  try {
    return await lookUpMessage(run, task, deps);
  } catch (fault) {
    const { fault: code, message: reason } = describeFault(fault);
    return { kind: 'undecided', code, reason };
  }
};

const minuteMs = 60_000;
const longestWaitMs = 60 * minuteMs;

type Next = Pick<Settlement, 'state' | 'dueInMs'> & { readonly state: UnknownSettlement['state'] };

const settlementOf = (finding: Finding, run: UnknownRun, task: CompiledTask, deps: ResolveDeps): Next => {
  switch (finding.kind) {
    case 'found':
      return ofVerdict(finding.verdict, run, task, deps);
    case 'absent':
      return asFailedAttempt(run, task, deps);
    case 'undecided':
      return byPolicy(run, task, deps);
  }
};

/** Twilio also lists what it refused when it was asked: such a message was never sent. */
const ofVerdict = (verdict: Verdict, run: UnknownRun, task: CompiledTask, deps: ResolveDeps): Next => {
  if (verdict.kind === 'accepted') return { state: 'completed', dueInMs: 0 };
  return verdict.kind === 'refused' ? { state: 'failed', dueInMs: 0 } : asFailedAttempt(run, task, deps);
};

/** The attempt was counted when it became unknown. */
const asFailedAttempt = (run: UnknownRun, task: CompiledTask, { random }: ResolveDeps): Next => {
  const { retries, backoff } = task.settings;
  return run.attempts > retries
    ? { state: 'failed', dueInMs: 0 }
    : { state: 'retrying', dueInMs: backoffMs(backoff, run.attempts, random()) };
};

/** Each look waits as long as the run has been unknown already: a minute, two, four, up to an hour. */
const lookAgain = (run: UnknownRun, now: Date): Next => ({
  state: 'unknown',
  dueInMs: Math.min(longestWaitMs, Math.max(minuteMs, unknownForMs(run, now))),
});

const unknownForMs = (run: UnknownRun, now: Date): number => now.getTime() - run.lostAt.getTime();

/** A policy other than `hold` applies where nothing can be looked up: at once for a plain host, after a day for Twilio. */
const byPolicy = (run: UnknownRun, task: CompiledTask, deps: ResolveDeps): Next => {
  const policy = task.settings.onUnknown ?? (task.target === 'twilio' ? 'hold' : 'retry');
  const patienceMs = task.target === 'twilio' ? 24 * 60 * minuteMs : 0;
  const now = deps.now();
  if (policy === 'hold' || unknownForMs(run, now) < patienceMs) return lookAgain(run, now);
  return policy === 'retry' ? asFailedAttempt(run, task, deps) : { state: 'failed', dueInMs: 0 };
};
