import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, defaultBackoff } from './backoff.js';

const anyBackoff = fc.record({
  firstMs: fc.nat(3_600_000),
  factor: fc.double({ min: 1, max: 10, noNaN: true }),
  maxMs: fc.nat(86_400_000),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const anyAttempt = fc.integer({ min: 1, max: 10_000 });
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the wait after an attempt', () => {
  it('is 30 s, 1, 2, 4 and 8 minutes by default, and an hour at most', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((attempt) => backoffMs(defaultBackoff, attempt, 0.5) / 1_000);
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
  });

  it('is spread by the jitter to both sides', () => {
    expect([0, 0.25, 0.999_999].map((random) => backoffMs(defaultBackoff, 1, random))).toEqual([
      24_000, 27_000, 36_000,
    ]);
  });

  it('is a whole number of milliseconds within the jitter around its cap, at every attempt', () => {
    fc.assert(
      fc.property(anyBackoff, anyAttempt, anyRandom, (backoff, attempt, random) => {
        const wait = backoffMs(backoff, attempt, random);
        expect(Number.isSafeInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.ceil(backoff.maxMs * (1 + backoff.jitter)));
      }),
    );
  });

  it('never shrinks from one attempt to the next, but for the jitter', () => {
    fc.assert(
      fc.property(anyBackoff, anyAttempt, anyRandom, (backoff, attempt, random) => {
        expect(backoffMs(backoff, attempt + 1, random)).toBeGreaterThanOrEqual(backoffMs(backoff, attempt, random));
      }),
    );
  });

  it('grows with the number that is drawn', () => {
    fc.assert(
      fc.property(anyBackoff, anyAttempt, anyRandom, anyRandom, (backoff, attempt, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(backoffMs(backoff, attempt, more)).toBeGreaterThanOrEqual(backoffMs(backoff, attempt, less));
      }),
    );
  });

  it('is never below zero, even with a jitter above one', () => {
    expect(backoffMs({ ...defaultBackoff, jitter: 3 }, 1, 0)).toBe(0);
  });
});
