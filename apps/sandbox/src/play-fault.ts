/** Answers a request as a fault rule wants it: late, wrongly, or not at all. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, jsonType, refuse } from './answers.js';
import { acceptsMessage, changesAnswer, type FaultRule } from './fault-rule.js';

export type FaultyAnswer = { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'dropped' };

/**
 * `proceed` is the ordinary way of the request; it is called at once when the rule lets the message be accepted, so that
 * a late answer is late for a message that is already there. Waits no longer once `signal` aborts: then it is dropped.
 */
export const playFault = async (rule: FaultRule, proceed: () => Answer, signal: AbortSignal): Promise<FaultyAnswer> => {
  const ordinary = acceptsMessage(rule) ? proceed() : undefined;
  if (rule.latencyMs) await wait(rule.latencyMs, signal);
  if (rule.drop || signal.aborted) return { kind: 'dropped' };
  if (ordinary && !changesAnswer(rule)) return { kind: 'answer', answer: ordinary };
  return { kind: 'answer', answer: faultyAnswer(rule) };
};

const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};

const faultyAnswer = (rule: FaultRule): Answer => {
  const answer = refuse({
    code: rule.code ?? usualCode(rule.status),
    ...(rule.status === undefined ? {} : { status: rule.status }),
    ...(rule.message === undefined ? {} : { message: rule.message }),
  });
  const wait: Record<string, string> = rule.retryAfter === undefined ? {} : { 'retry-after': String(rule.retryAfter) };
  if (rule.body === undefined) return { ...answer, headers: { ...answer.headers, ...wait } };
  const { status } = answer;
  const isJson = /^\s*[{[]/.test(rule.body);
  const type = { 'content-type': isJson ? jsonType : 'text/html;charset=utf-8' };
  return { status, body: rule.body, headers: { ...answer.headers, ...type, ...wait }, countedAs: String(status) };
};

const usualCode = (status = 200): number => {
  if (status === 401) return 20003;
  if (status === 404) return 20404;
  if (status === 429) return 20429;
  return status >= 500 ? 20500 : 20001;
};
