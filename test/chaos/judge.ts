/** The judge: counts for each sender and person, not totals, since one lost and one sent twice would make the same sum. */
import { type AcceptedMessage, keyOf } from './messages.js';

export interface Judgement {
  /** Messages that should have come and did not. */
  readonly lost: number;
  /** Messages beyond those that should have come. */
  readonly twice: number;
  /** A few of them, for whoever looks for the cause. */
  readonly examples: readonly string[];
}

const mostExamples = 20;

/** `expected`: how many messages each key must have. */
export const judge = (
  expected: ReadonlyMap<string, number>,
  messages: readonly Pick<AcceptedMessage, 'from' | 'to'>[],
): Judgement => {
  const counts = new Map<string, number>();
  for (const message of messages) counts.set(keyOf(message), (counts.get(keyOf(message)) ?? 0) + 1);
  let [lost, twice] = [0, 0];
  const examples: string[] = [];
  for (const key of new Set([...expected.keys(), ...counts.keys()])) {
    const [wanted, got] = [expected.get(key) ?? 0, counts.get(key) ?? 0];
    lost += Math.max(0, wanted - got);
    twice += Math.max(0, got - wanted);
    if (wanted !== got && examples.length < mostExamples) examples.push(`${key}: ${got} instead of ${wanted}`);
  }
  return { lost, twice, examples };
};
