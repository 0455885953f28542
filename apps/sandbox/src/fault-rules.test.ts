import { describe, expect, it } from 'vitest';
import { type FaultRule, faultRulesSchema } from './fault-rule.js';
import { openFaultRules } from './fault-rules.js';

const subject = { on: 'create', accountSid: 'AC1', to: '+15005550010', from: 'Quail' } as const;

const open = (rules: Partial<FaultRule>[], random = () => 0) => {
  const opened = openFaultRules(random);
  opened.replace(faultRulesSchema.parse(rules).rules);
  return opened;
};

describe('fault rules', () => {
  it('apply in order, each as often as it says', () => {
    const rules = open([
      { status: 500, times: 2 },
      { status: 501, times: 1 },
    ]);
    expect([1, 2, 3, 4].map(() => rules.take(subject)?.status)).toEqual([500, 500, 501, undefined]);
    expect(rules.list().map(({ used }) => used)).toEqual([2, 1]);
  });

  it.each([
    [{ to: '+15005550010' }, true],
    [{ to: '+15005550011' }, false],
    [{ to: '+1500*' }, true],
    [{ to: '+44*' }, false],
    [{ from: 'Quail' }, true],
    [{ from: 'Q*', accountSid: 'AC1' }, true],
    [{ accountSid: 'AC2' }, false],
    [{ on: 'list' }, false],
    [{ on: 'fetch' }, false],
    [{}, true],
  ] as [Partial<FaultRule>, boolean][])('%j applies: %s', (rule, applies) => {
    expect(open([{ ...rule, status: 500 }]).take(subject) !== undefined).toBe(applies);
  });

  it('befall the share they say', () => {
    let draw = 0;
    const rules = open([{ status: 500, rate: 0.25 }], () => (draw++ % 100) / 100);
    const hit = Array.from({ length: 1_000 }, () => rules.take(subject)).filter((rule) => rule !== undefined);
    expect(hit).toHaveLength(250);
  });
});
