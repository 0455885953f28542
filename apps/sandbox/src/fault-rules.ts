/** The fault switch: the rules in force, in order, each used up by the requests it happens to. */
import type { FaultRule } from './fault-rule.js';

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
