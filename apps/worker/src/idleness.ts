/**
 * Whether a consumer is stuck. It has been once, silently, with versions of BullMQ after an outage of Redis, and it is when
 * its connection is cut off without a word: jobs wait, and it takes none for as long as no healthy one would.
 */
import type { Progress } from '@quailrunner/queue';

/** What is seen of a consumer and its lane at one time, in ms. */
export interface Sight extends Progress {
  /** Jobs that nobody has taken. */
  readonly waiting: number;
  readonly at: number;
}

/** Since when each look found jobs waiting and the consumer at nothing, having taken none. */
export interface Idleness {
  readonly since: Sight;
  readonly last: Sight;
}

const stuckAfterMs = 30_000;

/** A healthy consumer always holds some of the jobs that wait, be it that they wait for the lane's turn in its hands. */
export const lookAt = (now: Sight, before?: Idleness): Idleness => {
  const isAtNothing = now.waiting > 0 && now.inProgress === 0;
  return isAtNothing && before?.since.taken === now.taken
    ? { since: before.since, last: now }
    : { since: now, last: now };
};

export const isStuck = ({ since, last }: Idleness): boolean => last.at - since.at >= stuckAfterMs;
