/**
 * Verdict: what Twilio's answer to a POST means. predicate → … → send → **record**.
 *
 * A message has no idempotency key at Twilio, so an answer that does not say what became of it is `unknown` and never
 * `transient`: the look-up settles it.
 */
import {
  type Answered,
  judgeNotSent,
  type MessageCode,
  type Outcome,
  parseRetryAfter,
  type Verdict,
} from '@quailrunner/domain';
import { type CodeTable, messageCodes } from './codes.js';
import { readError, readSid, reasonOf } from './read-answer.js';

export interface ClassifyOptions {
  /** Epoch milliseconds, for a Retry-After that is a date. */
  readonly now: number;
  /** Ours unless given. */
  readonly codes?: CodeTable;
}

export const classify = (outcome: Outcome, { now, codes = messageCodes }: ClassifyOptions): Verdict => {
  switch (outcome.kind) {
    case 'answered':
      return classifyAnswer(outcome, { now, codes });
    case 'not-sent':
      return judgeNotSent(outcome, reasonOf(outcome.reason));
    case 'unanswered':
      return { kind: 'unknown', code: outcome.code, reason: reasonOf(outcome.reason) };
  }
};

const classifyAnswer = (answer: Answered, { now, codes }: Required<ClassifyOptions>): Verdict => {
  const { status } = answer;
  if (status >= 200 && status < 300) return classifySuccess(answer);
  const error = readError(answer.body);
  const known = error.code === undefined ? undefined : codes.get(error.code);
  const code = error.code === undefined ? `HTTP_${status}` : String(error.code);
  const reason = known?.meaning || reasonOf(error.message) || `Twilio answered with HTTP status ${status}.`;
  // Whatever a 5xx says of itself: it may come from a gateway that had passed the request on.
  if (status >= 500 || status === 408) return { kind: 'unknown', code, reason };
  if (status === 429 || known?.group === 'throttle' || known?.group === 'later') {
    const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], now);
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { kind: 'throttled', code, reason, ...wait, scope: known?.group === 'later' ? 'run' : 'lane' };
  }
  if (known) return judge(known.group, { code, reason });
  if (status < 400 || laneStatuses.has(status)) return { kind: 'lane-fault', code, reason };
  return { kind: 'refused', fault: 'content', code, reason };
};

/** Credentials, payment, rights, address, method: no other message would fare better. So it is with a redirect. */
const laneStatuses: ReadonlySet<number> = new Set([401, 402, 403, 404, 405]);

const classifySuccess = (answer: Answered): Verdict => {
  const sid = readSid(answer.body);
  if (sid !== undefined) return { kind: 'accepted', sid };
  return {
    kind: 'unknown',
    code: 'UNREADABLE_ANSWER',
    reason: 'Twilio took the request, but its answer names no message.',
  };
};

const judge = (group: MessageCode['group'], said: { code: string; reason: string }): Verdict => {
  switch (group) {
    case 'recipient':
    case 'opt-out':
    case 'content':
      return { kind: 'refused', fault: group, ...said };
    case 'lane':
      return { kind: 'lane-fault', ...said };
    case 'throttle':
      return { kind: 'throttled', ...said, scope: 'lane' };
    case 'later':
      return { kind: 'throttled', ...said, scope: 'run' };
    case 'transient':
    case 'unknown':
      return { kind: group, ...said };
  }
};

/**
 * The verdict on a run whose message was found in Twilio's list. Since 2024 Twilio also lists messages that it refused
 * when they were created (status `failed`, with the code the POST was answered with): those were never sent. A failure
 * on the way to the handset (30xxx, 63xxx) comes after Twilio had accepted the message.
 */
export const classifyFound = (
  found: { sid: string; status: string; errorCode?: number },
  codes: CodeTable = messageCodes,
): Verdict => {
  const code = found.errorCode;
  const known = code !== undefined && code < 30_000 && found.status === 'failed' ? codes.get(code) : undefined;
  if (known === undefined || known.group === 'unknown') return { kind: 'accepted', sid: found.sid };
  return judge(known.group, { code: String(code), reason: known.meaning });
};
