import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { describe, expect, it } from 'vitest';
import { isRegion, readRecipient, withRecipient } from './phone-number.js';

describe('the recipient of a message', () => {
  it.each<[string, string | undefined, string]>([
    ['+15005550010', undefined, '+15005550010'],
    [' +1 (500) 555-0010 ', undefined, '+15005550010'],
    ['5005550010', 'US', '+15005550010'],
    ['1 500 555 0010', 'US', '+15005550010'],
    ['0151 234/56789', 'DE', '+4915123456789'],
    ['0049 151 23456789', 'DE', '+4915123456789'],
    ['+44 20 7946 0018', 'US', '+442079460018'],
    ['whatsapp:+15005550010', undefined, 'whatsapp:+15005550010'],
    ['messenger:some-user', undefined, 'messenger:some-user'],
  ])('%s, of %s, is %s', (text, region, to) => {
    expect(readRecipient(text, region)).toMatchObject({ kind: 'number', to });
  });

  it.each<[string, string | undefined, string]>([
    ['5005550010', undefined, 'the number in To names no country: write it with a plus, or set defaultRegion'],
    ['+1500555001', undefined, 'the number in To is too short or too long for its country'],
    ['+150055500101', undefined, 'the number in To is too short or too long for its country'],
    ['12345', 'US', 'the number in To is too short or too long for its country'],
    ['+999123456789', undefined, 'what is in To is no phone number'],
    ['+15005550010 ext. 5', undefined, 'what is in To is no phone number'],
    ['hello', 'US', 'what is in To is no phone number'],
    ['call +15005550010', 'US', 'what is in To is no phone number'],
    ['', 'US', 'there is no number in To'],
  ])('%s, of %s, is none', (text, region, reason) => {
    const read = readRecipient(text, region);
    expect(read).toEqual({ kind: 'bad', reason });
    if (text !== '') expect(JSON.stringify(read)).not.toContain(text);
  });

  it('of North America is told as the library tells it, only sooner', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2_000_000_000, max: 9_999_999_999 }), (digits) => {
        const number = parsePhoneNumberFromString(`+1${digits}`, { extract: false });
        expect(readRecipient(`+1${digits}`)).toEqual({ kind: 'number', to: number?.number, callingCode: '1' });
        expect(number?.isPossible()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('stands in the form in place of what was there, and nothing else changes', () => {
    const form = [
      ['From', '+1'],
      ['To', '1 500'],
      ['Body', 'a b'],
    ] as const;
    expect(withRecipient('From=%2B1&&To=1%20500&Body=a+b', form, '+1500')).toBe('From=%2B1&To=%2B1500&Body=a+b');
    expect(withRecipient('From=%2B1&To=1%20500&Body=a+b', form, '1 500')).toBe('From=%2B1&To=1%20500&Body=a+b');
  });

  it('of a region that there is', () => {
    expect(['US', 'DE', 'us', 'ZZ', ''].map(isRegion)).toEqual([true, true, false, false, false]);
  });
});
