import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.js';

describe('what somebody most likely meant', () => {
  it.each([
    ['retry', ['retries', 'rate'], 'retries'],
    ['phoneNumber', ['first_name', 'phone_number'], 'phone_number'],
    ['phone', ['first_name', 'phone_number'], 'phone_number'],
    ['Boyd', ['From', 'Body', 'To'], 'Body'],
    ['form', ['To', 'From'], 'From'],
    ['timeout_ms', ['timeout', 'every'], 'timeout'],
  ])('by %s is among %j: %s', (word, words, meant) => expect(nearest(word, words)).toBe(meant));

  it('is nothing when nothing is near', () => expect(nearest('colour', ['body', 'url', 'headers'])).toBeUndefined());

  it('is nothing for one letter and another', () => expect(nearest('i', ['x', 'items'])).toBeUndefined());
});
