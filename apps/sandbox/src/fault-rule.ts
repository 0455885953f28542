/** A fault rule: what a test or a person may tell the sandbox to do wrong, and which requests it happens to. */
import { z } from 'zod';

const rule = z.strictObject({
  /** Which requests: creating a message, listing messages, fetching one; or the sandbox's own status callbacks. */
  on: z.enum(['create', 'list', 'fetch', 'callback']).default('create'),
  /** An address; `*` at its end stands for any ending. */
  to: z.string().min(1).optional(),
  from: z.string().min(1).optional(),
  accountSid: z.string().min(1).optional(),
  /** Only so many requests; all of them when absent. */
  times: z.int().min(1).optional(),
  /** Share of the requests that match, drawn for each. */
  rate: z.number().gt(0).max(1).optional(),
  /** Answer with this HTTP status. */
  status: z.int().min(200).max(599).optional(),
  /** Answer with this code of Twilio's; its usual status unless `status` says another. */
  code: z.int().min(1).optional(),
  message: z.string().optional(),
  /** Answer with this text instead of JSON. */
  body: z.string().optional(),
  /** Retry-After: seconds or an HTTP date. */
  retryAfter: z.union([z.int().min(0), z.string().min(1)]).optional(),
  /** Answer, or call back, so much later. */
  latencyMs: z.int().min(0).max(600_000).optional(),
  /** Cut the connection without an answer, before or after the message was accepted; of a callback: never send it. */
  drop: z.enum(['before', 'after']).optional(),
  /** Whether the message is accepted although the answer says otherwise. */
  accept: z.boolean().optional(),
  /** How the message ends that is being created. */
  delivery: z.enum(['undelivered']).optional(),
  /** Why it ends so: a code of Twilio's, such as 30003. */
  errorCode: z.int().min(1).optional(),
  /** Send the callback so many times more. */
  repeat: z.int().min(1).max(1_000).optional(),
});

export type FaultRule = z.infer<typeof rule>;

type Effect = Exclude<keyof FaultRule, 'on' | 'to' | 'from' | 'accountSid' | 'times' | 'rate'>;

/** What stands in an answer, and so in none that is dropped. */
const answerParts = ['status', 'code', 'body', 'retryAfter', 'accept'] as const;
const onAnswers: readonly Effect[] = [...answerParts, 'message', 'latencyMs', 'drop'];

const effectsOn: Readonly<Record<FaultRule['on'], readonly Effect[]>> = {
  create: [...onAnswers, 'delivery', 'errorCode'],
  list: onAnswers,
  fetch: onAnswers,
  callback: ['latencyMs', 'repeat', 'drop'],
};
const allEffects = new Set(Object.values(effectsOn).flat());
const effectsAlone: readonly Effect[] = ['status', 'code', 'body', 'latencyMs', 'drop', 'delivery', 'repeat'];

const given = (fault: FaultRule, effects: Iterable<Effect>): readonly Effect[] =>
  [...effects].filter((effect) => fault[effect] !== undefined);

export const changesAnswer = (fault: FaultRule): boolean => given(fault, ['status', 'code', 'body']).length > 0;

/** Whether the message is accepted that the rule happens to. */
export const acceptsMessage = (fault: FaultRule): boolean =>
  fault.drop === undefined ? (fault.accept ?? !changesAnswer(fault)) : fault.drop === 'after';

/** The first thing about a rule that makes no sense, and the mend. */
const findNonsense = (fault: FaultRule): string | undefined => {
  const { on } = fault;
  const strange = given(fault, allEffects).filter((effect) => !effectsOn[on].includes(effect));
  if (strange.length > 0) return `${strange.join(', ')}: not on ${on}, which knows ${effectsOn[on].join(', ')}`;
  if (given(fault, effectsAlone).length === 0) {
    const able = effectsAlone.filter((effect) => effectsOn[on].includes(effect));
    return `does nothing: give one of ${able.join(', ')}`;
  }
  if (on === 'callback') return findCallbackNonsense(fault);
  if (fault.drop !== undefined && given(fault, answerParts).length > 0)
    return `drop sends no answer: leave out ${answerParts.join(', ')}`;
  if (fault.errorCode !== undefined && fault.delivery === undefined)
    return 'errorCode says why a message is undelivered: add delivery';
  if (fault.delivery !== undefined && !acceptsMessage(fault))
    return 'a message that is not accepted is never delivered anyway: leave out delivery, or add accept: true';
  return undefined;
};

const findCallbackNonsense = ({ drop, latencyMs, repeat }: FaultRule): string | undefined => {
  if (drop === 'after') return 'a callback is dropped before it is sent: say drop: before';
  if (drop !== undefined && (latencyMs ?? repeat) !== undefined)
    return 'a callback that is dropped is never sent: leave out latencyMs and repeat';
  return undefined;
};

const checkedRule = rule.superRefine((fault, context) => {
  const message = findNonsense(fault);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** The body of `PUT /sandbox/faults`: rules in order, bare or as `{ "rules": […] }`. */
export const faultRulesSchema = z.preprocess(
  (body) => (Array.isArray(body) ? { rules: body } : body),
  z.strictObject({ rules: z.array(checkedRule) }),
);
