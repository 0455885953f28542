import type { RunCount } from '@quailrunner/ledger';
import { describe, expect, it } from 'vitest';
import { countExpected, type Expectation, expectOf } from './expectation.js';
import { judge } from './judge.js';
import { makePeople } from './people.js';

const people = makePeople(200);
const expected: Expectation = expectOf(people);
const good = {
  counts: [...expected].map(([task, numbers]): RunCount => ({ task, state: 'completed', runs: numbers.length })),
  messages: [...expected].flatMap(([task, numbers]) => numbers.map((to) => ({ task, to }))),
};
const [first, second] = good.messages;
if (first === undefined || second === undefined) throw new Error('there are messages to judge');

describe('the judge of the demo', () => {
  it('expects a message of each task for whoever has not left, and is in it', () => {
    const active = people.filter(({ deletedAt }) => deletedAt === null);
    const gold = active.filter(({ plan }) => plan === 'gold');
    expect(expected.get('welcome-sms')).toHaveLength(active.length);
    expect(expected.get('picture-mms')).toHaveLength(gold.length);
    expect(countExpected(expected)).toBe(active.length + gold.length);
  });

  it('finds nothing wrong when everybody got one message of each task', () => {
    expect(judge(expected, good)).toEqual([]);
  });

  it('finds a lost message and one sent twice, although the sum is right', () => {
    const wrong = judge(expected, { ...good, messages: [...good.messages.slice(1), second] });
    expect(wrong).toHaveLength(2);
    expect(wrong[0]).toMatch(/^1 message never came to the sandbox/);
    expect(wrong[1]).toMatch(/^1 message came to the sandbox more than once/);
  });

  it('finds a message of one task in the place of another', () => {
    const swapped = [{ ...first, task: 'picture-mms' }, ...good.messages.slice(1)];
    expect(judge(expected, { ...good, messages: swapped }).length).toBeGreaterThan(0);
  });

  it('finds a message to somebody who has left', () => {
    const gone = people.find(({ deletedAt }) => deletedAt !== null);
    const messages = [...good.messages, { task: 'welcome-sms', to: gone?.phoneNumber ?? '' }];
    expect(judge(expected, { ...good, messages })).toEqual([expect.stringMatching(/^1 message .* nobody should get/)]);
  });

  it('finds runs that did not complete, and entities without any', () => {
    const counts: RunCount[] = [
      { task: 'welcome-sms', state: 'completed', runs: (expected.get('welcome-sms')?.length ?? 0) - 3 },
      { task: 'welcome-sms', state: 'failed', runs: 2 },
    ];
    expect(judge(expected, { ...good, counts })).toEqual([
      'welcome-sms: 2 runs failed',
      'welcome-sms: 1 entity without a run',
      `picture-mms: ${expected.get('picture-mms')?.length} entities without a run`,
    ]);
  });

  it('names nobody by the whole number', () => {
    const wrong = judge(expected, { ...good, messages: [] });
    expect(wrong.join()).not.toContain(first.to);
  });
});
