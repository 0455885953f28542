import { describe, expect, it } from 'vitest';
import { type Idleness, isStuck, lookAt, type Sight } from './idleness.js';

const idle: Omit<Sight, 'at'> = { waiting: 5, inProgress: 0, taken: 7 };

/** Ten seconds between looks. */
const watch = (...sights: Partial<Sight>[]): boolean[] => {
  let idleness: Idleness | undefined;
  return sights.map((sight, n) => {
    idleness = lookAt({ ...idle, at: n * 10_000, ...sight }, idleness);
    return isStuck(idleness);
  });
};

describe('a consumer is stuck', () => {
  it('when jobs have waited for half a minute and it took none', () => {
    expect(watch({}, {}, {}, {}, {})).toEqual([false, false, false, true, true]);
  });
});

describe('a consumer is not stuck', () => {
  it.each<[why: string, inBetween: Partial<Sight>]>([
    ['that has something in progress', { inProgress: 1 }],
    ['for which nothing waits', { waiting: 0 }],
  ])('%s at any look', (_, inBetween) => {
    expect(watch({}, {}, {}, inBetween, {}, {})).toEqual([false, false, false, false, false, false]);
  });

  it('that took a job between two looks', () => {
    expect(watch({}, {}, {}, { taken: 8 }, { taken: 8 })).toEqual([false, false, false, false, false]);
  });

  it('when a job has come just now after a long rest', () => {
    expect(watch({ waiting: 0 }, { waiting: 0 }, { waiting: 0 }, { waiting: 0 }, {})).not.toContain(true);
  });
});
