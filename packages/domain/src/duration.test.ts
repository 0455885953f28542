import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    [' 1.5m ', 90_000],
    ['1 h', 3_600_000],
    ['2d', 172_800_000],
    ['0s', 0],
  ])('%j is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '10', 's', '-1s', '1e3s', '1,5s', '10 seconds', '1h 5m', '1.s', `${'9'.repeat(400)}s`, '999999999999d'])(
    '%j is none',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  it.each([
    [0, '0ms'],
    [850, '850ms'],
    [999.6, '1s'],
    [12_400, '12s'],
    [59_600, '1m'],
    [200_000, '3m 20s'],
    [3_599_600, '1h'],
    [7_199_000, '2h'],
    [7_500_000, '2h 5m'],
    [172_800_000, '48h'],
  ])('of %d ms is shown as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('is read in each unit as that many of it', () => {
    const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (count, unit) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * units[unit]);
      }),
    );
  });

  it('is shown to half of its smallest unit, in units that are never full', () => {
    fc.assert(
      fc.property(fc.nat(100_000_000), (ms) => {
        const parts = formatDuration(ms).split(' ');
        const shown = parts.reduce((sum, part) => sum + (parseDuration(part) ?? Number.NaN), 0);
        expect(Math.abs(shown - ms)).toBeLessThanOrEqual(ms < 1_000 ? 0 : ms < 3_599_500 ? 500 : 30_500);
        expect(formatDuration(ms)).not.toMatch(/\b60[ms]\b|\b1000ms/);
      }),
    );
  });
});
