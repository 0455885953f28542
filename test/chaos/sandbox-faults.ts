/** What Twilio does wrong: a new set of rules, which stays until the next one. */
import type { SeededRandom } from '../support/seeded-random.js';
import type { Fault } from './fault.js';

interface NamedRule {
  readonly name: string;
  readonly rule: object;
}

/** Beyond the tasks' time-out: the message is accepted, and nobody hears of it. */
const lateMs = 3_000;

const rules: readonly NamedRule[] = [
  { name: 'accepted, then dropped', rule: { drop: 'after' } },
  { name: 'dropped unread', rule: { drop: 'before' } },
  { name: 'accepted, answered late', rule: { latencyMs: lateMs } },
  { name: '429', rule: { status: 429, retryAfter: 1 } },
  { name: '500, accepted', rule: { status: 500, accept: true } },
  { name: '500, not accepted', rule: { status: 500, accept: false } },
  { name: '503, accepted', rule: { status: 503, accept: true } },
  { name: '503, not accepted', rule: { status: 503, accept: false } },
  { name: 'list: 500', rule: { on: 'list', status: 500 } },
  { name: 'list: dropped', rule: { on: 'list', drop: 'before' } },
  { name: 'list: late', rule: { on: 'list', latencyMs: lateMs } },
  { name: 'receipts late', rule: { on: 'callback', latencyMs: lateMs } },
  { name: 'receipts repeated', rule: { on: 'callback', repeat: 2 } },
  { name: 'receipts lost', rule: { on: 'callback', drop: 'before' } },
];

const mostRules = 6;

/** Of each at most one, each for a share of the requests from 5 to 40 %. */
const drawRules = (random: SeededRandom): (NamedRule & { rate: number })[] => {
  const left = [...rules];
  return Array.from({ length: random.whole(0, mostRules) }, () => {
    const [drawn] = left.splice(random.whole(0, left.length - 1), 1);
    return { ...(drawn as NamedRule), rate: random.whole(5, 40) / 100 };
  });
};

export const sandboxFaults: readonly Fault[] = [
  {
    kind: 'Twilio behaves otherwise',
    weight: 5,
    to: 'sandbox',
    play: (house, random) => {
      const drawn = drawRules(random);
      const what = drawn.map(({ name, rate }) => `${name} ${Math.round(rate * 100)} %`).join('; ');
      return {
        what: what || 'well',
        over: house.setFaults(drawn.map(({ rule, rate }) => ({ ...rule, rate }))),
      };
    },
  },
];
