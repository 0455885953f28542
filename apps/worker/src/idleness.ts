/**
 * Whether a consumer is stuck. It has been once, silently, with versions of BullMQ after an outage of Redis, and it is when
 * its connection is cut off without a word: jobs wait, and it takes none for as long as no healthy one would.
 */
import type { Backlog, Progress } from '@quailrunner/queue';

/** What is seen of a consumer and its lane at one time, in ms. */
export interface Sight extends Progress, Backlog {
  readonly at: number;
}

/** Since when each look found jobs waiting and the consumer at nothing, having taken none. */
export interface Idleness {
  readonly since: Sight;
  readonly last: Sight;
}

const stuckAfterMs = 30_000;

/**
 * A lane that is at its rate needs no more hands: whoever takes its jobs, all is well. Between two jobs of a slow lane the
 * limit stands in Redis, so that it is not taken for a stuck one.
 */
export const lookAt = (now: Sight, before?: Idleness): Idleness => {
  const isAtNothing = now.waiting > 0 && !now.isLimited && now.inProgress === 0;
  return isAtNothing && before?.since.taken === now.taken
    ? { since: before.since, last: now }
    : { since: now, last: now };
};

export const isStuck = ({ since, last }: Idleness): boolean => last.at - since.at >= stuckAfterMs;
