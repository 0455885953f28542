import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import { countSegments, signsOutsideGsm7 } from './segments.js';

const body = (text: string, ...more: [string, string][]) =>
  countSegments([['From', '+15005550006'], ['To', '+15005550010'], ['Body', text], ...more]);

describe('segments', () => {
  it.each<[string, string, number]>([
    ['nothing', '', 1],
    ['160 plain characters', 'a'.repeat(160), 1],
    ['161 plain characters', 'a'.repeat(161), 2],
    ['306 plain characters', 'a'.repeat(306), 2],
    ['1,600 plain characters', 'a'.repeat(1_600), 11],
    ['characters that take two places', '€'.repeat(80), 1],
    ['one of them too many', '€'.repeat(81), 2],
    ['70 characters of another script', 'я'.repeat(70), 1],
    ['71 characters of another script', 'я'.repeat(71), 2],
    ['35 emoji', '🐦'.repeat(35), 1],
    ['36 emoji', '🐦'.repeat(36), 2],
  ])('of %s are counted as Twilio counts them', (_, text, segments) => {
    expect(body(text)).toBe(segments);
  });

  it('of a text that Twilio may spell more simply are fewer', () => {
    const text = `“${'a'.repeat(100)}”`;
    expect([body(text), body(text, ['SmartEncoded', 'true'])]).toEqual([2, 1]);
  });

  it.each<[string, [string, string]]>([
    ['a picture message', ['MediaUrl', 'https://example.com/a.png']],
    ['a message on another channel', ['To', 'whatsapp:+15005550010']],
  ])('%s counts as one, however long', (_, pair) => {
    expect(body('a'.repeat(1_000), pair)).toBe(1);
  });

  it('are those of the calculator, whatever the text', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'ä', '~', '€', 'я', '漢', '🐦', '\n', '\r\n', ' ', '❤️', '👩‍👧', '🇩🇪', 'e\u0301'),
      maxLength: 400,
    });
    const gsm = fc.string({ unit: fc.constantFrom('a', 'ä', '~', '€', '{', '\n', ' '), maxLength: 700 });
    const simple = fc.string({ unit: fc.constantFrom('a', 'я', '漢', '🐦', '😀'), maxLength: 300 });
    fc.assert(
      fc.property(fc.oneof(text, gsm, simple), (any) => {
        expect(body(any)).toBe(Math.max(1, new SegmentedMessage(any, 'auto', false).segmentsCount));
      }),
      { numRuns: 100 },
    );
  });

  it('are many where a sign is not in GSM-7, and that sign is named', () => {
    expect(signsOutsideGsm7('Grüße – “heute” – 🐦 €')).toEqual(['–', '“', '”', '🐦']);
    expect(signsOutsideGsm7('Grüße {heute} €')).toEqual([]);
  });
});
