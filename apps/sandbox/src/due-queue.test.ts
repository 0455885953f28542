import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDueQueue } from './due-queue.js';

describe('the queue of what is due later', () => {
  it('gives back everything in the order of the times, and of arrival at the same time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (times) => {
        const queue = openDueQueue<number>();
        times.forEach((dueAt, arrival) => void queue.add(arrival, dueAt));
        const taken = times.map(() => queue.takeDue(20));
        const expected = times
          .map((dueAt, arrival) => ({ item: arrival, dueAt }))
          .toSorted((one, other) => one.dueAt - other.dueAt || one.item - other.item);
        expect(taken.map((due) => ({ item: due?.item, dueAt: due?.dueAt }))).toEqual(expected);
        expect(queue.size).toBe(0);
      }),
    );
  });

  it('keeps what is not due yet, and says when it will be', () => {
    const queue = openDueQueue<string>();
    expect(queue.firstDueAt).toBe(Number.POSITIVE_INFINITY);
    queue.add('late', 7);
    queue.add('soon', 5);
    expect([queue.takeDue(4), queue.firstDueAt, queue.takeDue(5)?.item, queue.takeDue(6), queue.size]).toEqual([
      undefined,
      5,
      'soon',
      undefined,
      1,
    ]);
    queue.clear();
    expect(queue.takeDue(7)).toBeUndefined();
  });
});
