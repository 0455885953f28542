import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { twilioSignature } from './index.js';

/** Twilio's own example: twilio.com/docs/usage/security, "Validating requests". */
const example = {
  authToken: '12345',
  url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
  params: [
    ['Digits', '1234'],
    ['To', '+18005551212'],
    ['From', '+12349013030'],
    ['Caller', '+12349013030'],
    ['CallSid', 'CA1234567890ABCDE'],
  ],
} as const;

describe('the signature', () => {
  it("is the one of Twilio's example", () => {
    expect(twilioSignature(example)).toBe('0/KCTR6DLpKmkAf8muzZqo1nDgQ=');
  });

  it('depends on the token, the URL and every field', () => {
    const changes = [
      { authToken: '12346' },
      { url: 'https://mycompany.com/myapp.php?foo=1&bar=3' },
      { params: example.params.slice(1) },
      { params: [...example.params, ['Extra', '']] as const },
    ];
    const signatures = changes.map((change) => twilioSignature({ ...example, ...change }));
    expect(new Set([twilioSignature(example), ...signatures]).size).toBe(5);
  });

  it('is the same whatever the order of the fields, and for one that comes twice', () => {
    const pairs = fc.array(fc.tuple(fc.string(), fc.string()));
    const shuffled = pairs.chain((params) =>
      fc.tuple(fc.constant(params), fc.shuffledSubarray(params, { minLength: params.length })),
    );
    fc.assert(
      fc.property(shuffled, ([params, others]) => {
        const twice = [...others, ...others.slice(0, 1)];
        expect(twilioSignature({ ...example, params: twice })).toBe(twilioSignature({ ...example, params }));
      }),
    );
  });
});
