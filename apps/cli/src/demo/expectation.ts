/** What must have happened at the end of the demo, worked out from the people alone: who gets which task's message. */
import type { Person } from './people.js';

/** Numbers by task: each of them gets exactly one message of it. */
export type Expectation = ReadonlyMap<string, readonly string[]>;

export const expectOf = (people: readonly Person[]): Expectation => {
  const active = people.filter(({ deletedAt }) => deletedAt === null);
  const numbersOf = (some: readonly Person[]) => some.map(({ phoneNumber }) => phoneNumber);
  return new Map([
    ['welcome-sms', numbersOf(active)],
    ['picture-mms', numbersOf(active.filter(({ plan }) => plan === 'gold'))],
  ]);
};

export const countExpected = (expected: Expectation): number =>
  [...expected.values()].reduce((sum, numbers) => sum + numbers.length, 0);

/** How long the slowest task takes at its rate. */
export const expectedMs = (expected: Expectation, rates: ReadonlyMap<string, number>): number =>
  Math.max(0, ...[...expected].map(([task, numbers]) => (numbers.length / (rates.get(task) ?? 1)) * 1_000));
