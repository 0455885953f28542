/** What an answer means: Twilio's codes for Twilio, HTTP's classes for any other host. Pure. */
import {
  judgeNotSent,
  type OnUnknown,
  type Outcome,
  parseRetryAfter,
  type TaskSettings,
  type Verdict,
} from '@quailrunner/domain';
import { type CodeTable, classify } from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';

interface Judge {
  readonly now: number;
  readonly codes: CodeTable;
}

type JudgedTask = Pick<CompiledTask, 'target' | 'settings'>;

export const decideVerdict = (task: JudgedTask, outcome: Outcome, judge: Judge): Verdict => {
  const verdict = classifyOutcome(task, outcome, judge);
  return task.settings.isTest ? ofTest(verdict) : verdict;
};

/** A test is made to find faults: one of its task's ends it, with the reason, and neither holds what others send nor counts. */
export const ofTest = (verdict: Verdict): Verdict => {
  const isTasks = verdict.kind === 'lane-fault' || (verdict.kind === 'refused' && verdict.fault === 'content');
  return isTasks ? { kind: 'refused', fault: 'recipient', code: verdict.code, reason: verdict.reason } : verdict;
};

const classifyOutcome = (task: JudgedTask, outcome: Outcome, { now, codes }: Judge): Verdict => {
  if (outcome.kind === 'not-sent' && outcome.code === 'TOO_LATE') {
    return { kind: 'throttled', code: outcome.code, reason: outcome.reason, scope: 'run' };
  }
  if (task.target === 'twilio') return classify(outcome, { now, codes });
  return byPolicy(classifyHttp(outcome, task.settings, now), task.settings.onUnknown ?? 'retry');
};

/** A plain host offers no look-up, so the task's policy settles an unknown verdict at once. */
const byPolicy = (verdict: Verdict, onUnknown: OnUnknown): Verdict => {
  if (verdict.kind !== 'unknown' || onUnknown === 'hold') return verdict;
  const { code, reason } = verdict;
  return onUnknown === 'retry'
    ? { kind: 'transient', code, reason }
    : { kind: 'refused', fault: 'recipient', code, reason };
};

const classifyHttp = (outcome: Outcome, { success }: Pick<TaskSettings, 'success'>, now: number): Verdict => {
  const { kind } = outcome;
  if (kind === 'unanswered') return { kind: 'unknown', code: outcome.code, reason: outcome.reason };
  if (kind === 'not-sent') return judgeNotSent(outcome, outcome.reason);
  const { status } = outcome;
  if (success.some(([from, to]) => status >= from && status <= to)) return { kind: 'accepted' };
  return refusalOf(status, parseRetryAfter(outcome.headers['retry-after'], now));
};

const refusalOf = (status: number, retryAfterMs: number | undefined): Verdict => {
  const answer = { code: String(status), reason: `the host answered ${status}` };
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (status === 429 || (status === 503 && retryAfterMs !== undefined))
    return { kind: 'throttled', ...answer, ...wait, scope: 'lane' };
  // The Idempotency-Key lets the receiver recognise a repeat, so an error of its own may be tried again.
  if (status === 408 || status >= 500) return { kind: 'transient', ...answer };
  // Credentials or the address are wrong for every entity alike; a redirect is not followed.
  if (status === 401 || status === 403 || status === 407 || (status >= 300 && status < 400))
    return { kind: 'lane-fault', ...answer };
  return { kind: 'refused', fault: 'content', ...answer };
};
