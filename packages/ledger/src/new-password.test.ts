import { describe, expect, it } from 'vitest';
import { generatePassword, refusePassword } from './new-password.js';

describe('a password', () => {
  it('that is given can be read out, never comes twice and may be kept', () => {
    const [one, other] = [generatePassword(), generatePassword()];
    expect(one).toMatch(/^[a-hj-km-np-z2-9]{5}(-[a-hj-km-np-z2-9]{5}){3}$/);
    expect(one).not.toBe(other);
    expect(refusePassword(one)).toBeUndefined();
  });

  it.each([
    ['', 'at least 12'],
    ['eleven-long', 'at least 12'],
    ['🐦🐦🐦🐦🐦🐦🐦🐦🐦🐦🐦', 'at least 12'],
    ['x'.repeat(1_001), 'at most 1000'],
  ])('that somebody chose is refused when it is too short, or longer than can be typed: %s', (password, why) => {
    expect(refusePassword(password)).toContain(why);
  });

  it.each(['twelve-chars', 'x'.repeat(1_000)])('that somebody chose is taken: %s', (password) => {
    expect(refusePassword(password)).toBeUndefined();
  });
});
