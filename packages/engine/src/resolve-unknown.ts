/**
 * Settle: finds out what became of attempts whose answer never came, and sends nothing itself. … → send → **settle** →
 * record. A receipt settles a run when it comes (record-receipt.ts). Until then a run at Twilio is looked up among the
 * messages to its number: found, it is completed with that message's sid, which no other run can have; absent at two looks,
 * its attempt has failed and it is retried. A plain host can't be asked, so the task's policy decides. What can't be
 * decided stays `unknown`, for a person to resolve, and is asked again, less and less often.
 */
import { backoffMs, type Reach, type Settlement, type Verdict } from '@quailrunner/domain';
import { readUnknown, settleUnknown, type UnknownRun, type UnknownSettlement } from '@quailrunner/ledger';
import { describeFault, type Log } from '@quailrunner/telemetry';
import type { CompiledTask } from './compile-task.js';
import { heedOptOut } from './heed-verdict.js';
import { type Finding, type LookUpDeps, lookUpMessage } from './look-up-message.js';
import { openSilences, type Silences } from './silences.js';
import type { TaskCache } from './task-cache.js';

export interface ResolveDeps extends LookUpDeps {
  readonly tasks: TaskCache;
  readonly log: Log;
  /** Off: Twilio is never asked, and receipts or a person settle. */
  readonly lookUp: boolean;
  /** How long a run that may have been sent waits for its first look; it waits as long again before it counts as absent. */
  readonly lookUpAfterMs: number;
  readonly reach: Reach;
  readonly random: () => number;
  readonly now: () => Date;
  /** Aborted when the process stops: no further run is looked at. */
  readonly signal: AbortSignal;
}

const batchSize = 100;
const looksInFlight = 10;

/** Settles the unknown runs that are due for a look, all of them. */
export const resolveUnknown = async (deps: ResolveDeps): Promise<void> => {
  const silences = openSilences();
  for (let due = batchSize; due === batchSize; ) {
    const runs = await readUnknown(deps.ledger, { limit: batchSize });
    for (let from = 0; from < runs.length; from += looksInFlight) {
      if (deps.signal.aborted) return;
      const some = runs.slice(from, from + looksInFlight);
      await Promise.all(some.map((run) => resolveRun(run, { ...deps, silences })));
    }
    due = runs.length;
  }
};

type Deps = ResolveDeps & { readonly silences: Silences };

/** A run that can't be looked at now keeps no other from it. */
const resolveRun = async (run: UnknownRun, deps: Deps): Promise<void> => {
  try {
    await settleRun(run, deps);
  } catch (fault) {
    const { fault: code, message: reason } = describeFault(fault);
    await settleUnknown(deps.ledger, run, { ...lookAgain(run, deps), code, reason });
  }
};

const settleRun = async (run: UnknownRun, deps: Deps): Promise<void> => {
  const task = await deps.tasks.read(run.taskId, run.revision);
  const finding = await find(run, task, deps);
  deps.reach('message.looked-up');
  await heed(finding, run, deps);
  const settlement = settlementOf(finding, run, task, deps);
  const result = await settleUnknown(deps.ledger, run, { ...settlement, ...recordOf(finding, settlement) });
  deps.reach('run.settled');
  // Another run was settled by this very message a moment ago: the next look leaves it out.
  if (result === 'sid-taken') await settleUnknown(deps.ledger, run, { ...taken, dueInMs: deps.lookUpAfterMs });
  if (result === 'settled' && settlement.state !== 'unknown') {
    deps.log.emit('run.settled', { runId: run.runId, state: settlement.state, by: finding.kind });
  }
};

/** Twilio refused it for its recipient's wish, and its answer got lost. */
const heed = async (finding: Finding, of: UnknownRun, deps: Deps): Promise<void> => {
  if (finding.kind !== 'found' || finding.address === undefined) return;
  const { verdict, address } = finding;
  if (verdict.kind !== 'refused' || verdict.fault !== 'opt-out') return;
  await heedOptOut([address], { toldBy: 'answer', code: verdict.code, of }, deps);
};

/**
 * Twilio's list may show a message later than it was taken, above all after an outage: one look that doesn't find it proves
 * nothing yet. The ledger remembers the first of two looks in a row, and lets the second not come before its time.
 */
const notListedYet = { code: 'NOT_LISTED_YET', reason: "Twilio's list did not show it; it is looked at once more." };
const taken = {
  state: 'unknown',
  code: 'MESSAGE_TAKEN',
  reason: "The message that was found is another run's.",
} as const;
const notListed = { code: 'NOT_LISTED', reason: "Twilio's list did not show it at two looks in a row." };

/** What the attempt turned out to be, and who said so. */
const recordOf = (
  finding: Finding,
  { state }: Next,
): Pick<UnknownSettlement, 'verdict' | 'sid' | 'code' | 'reason' | 'settledBy'> => {
  switch (finding.kind) {
    case 'found': {
      const { sid, verdict } = finding;
      const known = { verdict: verdict.kind, sid, settledBy: 'look-up' } as const;
      return verdict.kind === 'accepted' ? known : { ...known, code: verdict.code, reason: verdict.reason };
    }
    case 'absent':
      return state === 'unknown' ? notListedYet : { verdict: 'transient', settledBy: 'look-up', ...notListed };
    case 'undecided': {
      const { code, reason } = finding;
      return { code, reason, ...(state === 'unknown' ? {} : { settledBy: 'policy' }) };
    }
  }
};

const find = async (run: UnknownRun, task: CompiledTask, deps: Deps): Promise<Finding> => {
  if (task.target === 'http') return { kind: 'undecided', code: 'NO_LOOK_UP', reason: 'the host offers no look-up' };
  if (!deps.lookUp) return { kind: 'undecided', code: 'LOOK_UP_OFF', reason: 'QUAIL_LOOK_UP is off' };
  const { url } = task.settings.action;
  if (deps.silences.isSilent(url)) {
    return { kind: 'undecided', code: 'LOOK_UP_POSTPONED', reason: 'Twilio did not answer the looks before this one.' };
  }
  try {
    const finding = await lookUpMessage(run, task, deps);
    deps.silences.note(url, finding.kind === 'undecided' && finding.isSilence === true);
    return finding;
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
      if (run.code !== notListedYet.code) return { state: 'unknown', dueInMs: deps.lookUpAfterMs };
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

/** Each look waits as long as the run has been unknown already: a minute unless set otherwise, two, four, up to an hour. */
const lookAgain = (run: UnknownRun, { lookUpAfterMs, now }: ResolveDeps): Next => ({
  state: 'unknown',
  dueInMs: Math.max(3 * lookUpAfterMs, Math.min(longestWaitMs, unknownForMs(run, now()))),
});

const unknownForMs = (run: UnknownRun, now: Date): number => now.getTime() - run.lostAt.getTime();

/** A policy other than `hold` applies where nothing can be looked up: at once for a plain host, after a day for Twilio. */
const byPolicy = (run: UnknownRun, task: CompiledTask, deps: ResolveDeps): Next => {
  const policy = task.settings.onUnknown ?? (task.target === 'twilio' ? 'hold' : 'retry');
  const patienceMs = task.target === 'twilio' ? 24 * 60 * minuteMs : 0;
  if (policy === 'hold' || unknownForMs(run, deps.now()) < patienceMs) return lookAgain(run, deps);
  return policy === 'retry' ? asFailedAttempt(run, task, deps) : { state: 'failed', dueInMs: 0 };
};
