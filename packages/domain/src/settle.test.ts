import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultBackoff } from './backoff.js';
import { isAllowedMove } from './run-states.js';
import { settle, unknownLookAfterMs } from './settle.js';
import type { Verdict } from './verdict.js';

const settings = { retries: 5, backoff: defaultBackoff };
const reason = { code: 'X', reason: 'because' };
const verdicts: Verdict[] = [
  { kind: 'accepted', sid: 'SM1' },
  { kind: 'refused', fault: 'recipient', ...reason },
  { kind: 'throttled', scope: 'run', ...reason },
  { kind: 'throttled', scope: 'lane', retryAfterMs: 60_000, ...reason },
  { kind: 'transient', ...reason },
  { kind: 'lane-fault', ...reason },
  { kind: 'unknown', ...reason },
];
const anyVerdict = fc.constantFrom(...verdicts);
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('an attempt', () => {
  it.each<[Verdict, ReturnType<typeof settle>]>([
    [{ kind: 'accepted' }, { state: 'completed', spent: true, dueInMs: 0 }],
    [
      { kind: 'refused', fault: 'content', ...reason },
      { state: 'failed', spent: true, dueInMs: 0 },
    ],
    [
      { kind: 'unknown', ...reason },
      { state: 'unknown', spent: true, dueInMs: unknownLookAfterMs },
    ],
    [
      { kind: 'transient', ...reason },
      { state: 'retrying', spent: true, dueInMs: 30_000 },
    ],
    [
      { kind: 'lane-fault', ...reason },
      { state: 'pending', spent: false, dueInMs: 0 },
    ],
  ])('that was %j is settled as %j', (verdict, expected) =>
    expect(settle(settings, verdict, 0, 0.5)).toEqual(expected),
  );

  it('that failed for now is made again five times, with growing waits, and not a sixth time', () => {
    const settled = [0, 1, 2, 3, 4, 5].map((attempts) =>
      settle(settings, { kind: 'transient', ...reason }, attempts, 0.5),
    );
    expect(settled.map(({ state }) => state)).toEqual([
      'retrying',
      'retrying',
      'retrying',
      'retrying',
      'retrying',
      'failed',
    ]);
    expect(settled.map(({ dueInMs }) => dueInMs)).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 0]);
  });

  it('that was throttled spends nothing, however often', () => {
    expect(settle(settings, { kind: 'throttled', scope: 'run', ...reason }, 99, 0.5)).toEqual({
      state: 'pending',
      spent: false,
      dueInMs: 5_000,
    });
  });

  it.each([
    [0, 5_000],
    [60_000, 60_000],
    [86_400_000, 900_000],
    [Number.NaN, 5_000],
    [-1, 5_000],
  ])('that was throttled with Retry-After %d ms waits %d ms', (retryAfterMs, expected) => {
    expect(settle(settings, { kind: 'throttled', scope: 'lane', retryAfterMs, ...reason }, 0, 0.5).dueInMs).toBe(
      expected,
    );
  });

  it('always ends in a state that may follow sending, with a wait that can be counted', () => {
    fc.assert(
      fc.property(anyVerdict, fc.nat(20), anyRandom, (verdict, attempts, random) => {
        const { state, spent, dueInMs } = settle(settings, verdict, attempts, random);
        expect(isAllowedMove('sending', state)).toBe(true);
        expect(Number.isSafeInteger(dueInMs) && dueInMs >= 0).toBe(true);
        // What comes back for free goes through the feed, which asks the lane; what was spent is counted.
        expect(spent).toBe(state !== 'pending');
      }),
    );
  });

  it('that may have arrived is never made again, whatever attempts are left', () => {
    fc.assert(
      fc.property(fc.nat(20), anyRandom, (attempts, random) => {
        expect(settle(settings, { kind: 'unknown', ...reason }, attempts, random).state).toBe('unknown');
      }),
    );
  });
});
