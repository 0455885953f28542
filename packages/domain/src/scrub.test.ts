import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrub } from './scrub.js';

describe('a phone number', () => {
  it.each([
    ["The 'To' number +15550100234 is not valid", "The 'To' number •••34 is not valid"],
    ['(phone)=(+1 (555) 010-0234)', '(phone)=(•••34)'],
    ['call 555.010.0234 now', 'call •••34 now'],
    ['call 0171 / 555 - 0234 now', 'call •••34 now'],
    ['To=%2B15550100234&Body=x', 'To=•••34&Body=x'],
    ['To=%2B1%20555%20010%200234&Body=x', 'To=•••34&Body=x'],
    ['{"to":"\\u002b15550100234"}', '{"to":"\\u002b•••34"}'],
    ['whatsapp:+4915112345678', 'whatsapp:•••78'],
    ['tel15550100234', 'tel•••34'],
  ])('is masked in %j', (text, expected) => expect(scrub(text)).toBe(expected));

  it('never shows more than two of its digits, whatever separates them', () => {
    const separator = fc.constantFrom('', ' ', '-', '.', ' (', ') ', ' - ', '%20', '\u00a0', '/');
    const digits = fc.array(fc.tuple(fc.constantFrom(...'123456789'), separator), { minLength: 7, maxLength: 15 });
    fc.assert(
      fc.property(digits, fc.constantFrom('+', '%2B', ''), (parts, plus) => {
        const scrubbed = scrub(
          `To: ${plus}${parts.map(([digit, after], index) => digit + (index < parts.length - 1 ? after : '')).join('')}!`,
        );
        expect(scrubbed).toMatch(/^To: •••\d\d!$/);
      }),
    );
  });

  it('is masked where the text is cut', () => {
    for (let length = 1_900; length < 2_020; length += 1) {
      expect(scrub(`${' '.repeat(length)}"+15550100234" and more`, 500)).not.toMatch(/\d{3}/);
      expect(scrub(`Basic ${'x'.repeat(length)} "+1 555 010 0234" and more`, 500)).not.toMatch(/\d{3}/);
    }
  });
});

describe('a credential', () => {
  it.each([
    ['Authorization: Basic QUM6dG9rZW4=', 'Authorization: Basic •••'],
    ['{"authorization":"bearer ey.J0-_x.y"}', '{"authorization":"bearer •••"}'],
    ['Authorization=Basic%20QUM6dG9r%3D&x=1', 'Authorization=Basic •••&x=1'],
    ['postgres://me:pw@db.example/x', 'postgres://•••@db.example/x'],
    ['postgres://me:p@ss/wo@rd@db/x refused', 'postgres://•••@db/x refused'],
    ['redis://:secret@localhost:6379', 'redis://•••@localhost:6379'],
  ])('is masked in %j', (text, expected) => expect(scrub(text)).toBe(expected));
});

describe('an e-mail address', () => {
  it.each([
    ['(email)=(ada.lovelace+x@example.co.uk) exists', '(email)=(•••@example.co.uk) exists'],
    ["o'brien@example.com", "o'•••@example.com"],
    ['jürgen@example.de', '•••@example.de'],
    ['Email=ada%40example.com&x=1', 'Email=•••@example.com&x=1'],
  ])('is masked in %j', (text, expected) => expect(scrub(text)).toBe(expected));
});

describe('other text', () => {
  it.each([
    'relation "users" does not exist',
    '{"code":21211,"message":"Invalid \'To\' Phone Number","status":400}',
    'connect ECONNREFUSED 127.0.0.1:5432',
    'see https://www.twilio.com/docs/errors/21211',
  ])('stays as it is: %j', (text) => expect(scrub(text)).toBe(text));

  it('has no NUL character, which the ledger could not hold', () => expect(scrub('a\0b')).toBe('a\ufffdb'));

  it('is never longer than the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), fc.nat(600), (text, limit) => {
        expect(scrub(text, limit).length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it.each(['a', '1', '@', ' ', 'a@', '://', 'Basic ', '%2B', '1 ', 'x://a'])(
    'of 1 MB made of %j takes no time',
    (unit) => {
      const startedAt = performance.now();
      scrub(unit.repeat(1_000_000 / unit.length));
      expect(performance.now() - startedAt).toBeLessThan(500);
    },
  );
});
