import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRate } from './rate.js';

describe('a rate', () => {
  it.each([
    ['10/s', 10],
    ['2.5 / sec', 2.5],
    ['1/second', 1],
    ['60/min', 1],
    ['30/m', 0.5],
    ['120/minute', 2],
    ['3600/h', 1],
    ['1800/hour', 0.5],
  ])('of %s is %d messages a second', (text, perSecond) => expect(parseRate(text)).toBe(perSecond));

  it.each(['', '10', '/s', '0/s', '0.0/min', '-1/s', '1/d', '10/S', '1e3/s', `${'9'.repeat(400)}/s`])(
    '%j is none',
    (text) => expect(parseRate(text)).toBeUndefined(),
  );

  it('is above zero and can be counted', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom('s', 'min', 'h'), (count, unit) => {
        const rate = parseRate(`${count.toFixed(3)}/${unit}`);
        if (rate !== undefined) expect(rate > 0 && Number.isFinite(rate)).toBe(true);
      }),
    );
  });
});
