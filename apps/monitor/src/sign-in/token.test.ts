import { describe, expect, it } from 'vitest';
import { isBearerToken } from './token.js';

describe('the API token', () => {
  it.each([
    ['Bearer right', true],
    ['bearer right', true],
    ['Bearer wrong', false],
    ['Bearer righ', false],
    ['Bearer', false],
    ['Basic right', false],
    [undefined, false],
  ])('%s: %s', (authorization, expected) => {
    expect(isBearerToken(authorization, 'right')).toBe(expected);
  });

  it('is never right where none is set up', () => {
    expect(isBearerToken('Bearer undefined', undefined)).toBe(false);
  });
});
