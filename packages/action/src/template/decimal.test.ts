import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  formatDecimal,
  multiplyDecimals,
  parseDecimal,
  roundDecimal,
} from './decimal.js';

const parse = (text: string) => {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new Error(`${text} is no decimal`);
  return decimal;
};

const anyDecimal = fc.record({ digits: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), scale: fc.nat(20) });

describe('decimals', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(anyDecimal, (decimal) => {
        expect(parse(formatDecimal(decimal))).toEqual(decimal);
      }),
    );
  });

  it.each([
    ['0', '0'],
    ['-0.50', '-0.50'],
    ['+7', '7'],
    ['1e3', '1000'],
    ['1.25e1', '12.5'],
    ['1e-7', '0.0000001'],
    ['1e+21', '1000000000000000000000'],
  ])('%s is %s', (text, expected) => expect(formatDecimal(parse(text))).toBe(expected));

  it.each(['', 'x', '1.', '.5', '1e9999', 'NaN', 'Infinity', '1 ', '9'.repeat(501)])('%j is none', (text) =>
    expect(parseDecimal(text)).toBeUndefined(),
  );

  it('are added, multiplied and compared as whole numbers are', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.nat(10), (a, b, scale) => {
        const [left, right] = [
          { digits: a, scale },
          { digits: b, scale },
        ];
        expect(addDecimals(left, right)).toEqual({ digits: a + b, scale });
        expect(multiplyDecimals(left, right)).toEqual({ digits: a * b, scale: scale * 2 });
        expect(Math.sign(compareDecimals(left, right))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('are the same number whatever zeros end them', () => {
    fc.assert(
      fc.property(anyDecimal, fc.nat(10), ({ digits, scale }, zeros) => {
        expect(
          compareDecimals({ digits, scale }, { digits: digits * 10n ** BigInt(zeros), scale: scale + zeros }),
        ).toBe(0);
      }),
    );
  });

  it('are rounded to exactly the digits asked for, never by more than half of the last one', () => {
    fc.assert(
      fc.property(anyDecimal, fc.nat(20), (decimal, places) => {
        const rounded = roundDecimal(decimal, places);
        const difference = addDecimals(rounded, { digits: -decimal.digits, scale: decimal.scale });
        const half = { digits: 5n, scale: places + 1 };
        expect(rounded.scale).toBe(places);
        expect(compareDecimals(difference, half)).toBeLessThanOrEqual(0);
        expect(compareDecimals({ ...difference, digits: -difference.digits }, half)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
