import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.js';

const now = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT');

describe('parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['3', 3_000],
    [' 120 ', 120_000],
    ['1.5', 1_500],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 30_000],
    ['Sunday, 06-Nov-94 08:49:47 GMT', 10_000],
    ['Sun Nov  6 08:49:38 1994', 1_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  ])('reads %s', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });

  it.each([undefined, '', 'soon', '-5', '1e3', '5 minutes', 'Sun, 99 Nov', 'Sun, 06 Nov 1994 25:00:00 GMT'])(
    'has no answer for %s',
    (value) => {
      expect(parseRetryAfter(value, now)).toBeUndefined();
    },
  );
});
