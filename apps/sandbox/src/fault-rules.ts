/** The fault switch: what a test or a person may tell the sandbox to do wrong, and which request it happens to. */
import { z } from 'zod';

const rule = z.strictObject({
  /** Which requests: creating a message, listing messages, fetching one. */
  on: z.enum(['create', 'list', 'fetch']).default('create'),
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
  /** Answer so much later. */
  latencyMs: z.int().min(0).max(600_000).optional(),
  /** Cut the connection without an answer, before or after the message was accepted. */
  drop: z.enum(['before', 'after']).optional(),
  /** Whether the message is accepted although the answer says otherwise. */
  accept: z.boolean().optional(),
});

const doesSomething = (fault: z.infer<typeof rule>): boolean =>
  [fault.status, fault.code, fault.body, fault.latencyMs, fault.drop].some((effect) => effect !== undefined);

const answersOrDrops = (fault: z.infer<typeof rule>): boolean =>
  fault.drop === undefined ||
  [fault.status, fault.code, fault.body, fault.retryAfter, fault.accept].every((answer) => answer === undefined);

const checkedRule = rule
  .refine(doesSomething, { error: 'does nothing: give status, code, body, latencyMs or drop' })
  .refine(answersOrDrops, { error: 'drop sends no answer: leave out status, code, body, retryAfter and accept' });

/** The body of `PUT /sandbox/faults`: rules in order, bare or as `{ "rules": […] }`. */
export const faultRulesSchema = z.preprocess(
  (body) => (Array.isArray(body) ? { rules: body } : body),
  z.strictObject({ rules: z.array(checkedRule) }),
);

export type FaultRule = z.infer<typeof rule>;

/** What a rule looks at. */
export interface FaultSubject {
  readonly on: FaultRule['on'];
  readonly accountSid: string;
  readonly to?: string;
  readonly from?: string;
}

export interface FaultRules {
  replace(rules: readonly FaultRule[]): void;
  /** The rules with how often each has been used. */
  list(): readonly (FaultRule & { readonly used: number })[];
  /** The first rule that applies to a request, used up by one. */
  take(subject: FaultSubject): FaultRule | undefined;
}

/** `random` is in [0, 1). */
export const openFaultRules = (random: () => number): FaultRules => {
  let entries: { rule: FaultRule; used: number }[] = [];
  return {
    replace: (rules) => {
      entries = rules.map((rule) => ({ rule, used: 0 }));
    },
    list: () => entries.map(({ rule, used }) => ({ ...rule, used })),
    take: (subject) => {
      if (entries.length === 0) return undefined;
      const entry = entries.find(
        ({ rule, used }) =>
          used < (rule.times ?? Number.POSITIVE_INFINITY) &&
          appliesTo(rule, subject) &&
          (rule.rate === undefined || random() < rule.rate),
      );
      if (entry) entry.used += 1;
      return entry?.rule;
    },
  };
};

const appliesTo = (rule: FaultRule, subject: FaultSubject): boolean =>
  rule.on === subject.on &&
  matches(rule.to, subject.to) &&
  matches(rule.from, subject.from) &&
  matches(rule.accountSid, subject.accountSid);

const matches = (pattern: string | undefined, value: string | undefined): boolean => {
  if (pattern === undefined) return true;
  return pattern.endsWith('*') ? (value ?? '').startsWith(pattern.slice(0, -1)) : pattern === value;
};
