import { describe, expect, it } from 'vitest';
import { defaultRateOf } from './default-rate.js';

const account = `AC${'0'.repeat(32)}`;

describe('the usual rate of a sender', () => {
  it.each([
    ['a long code of the US', '+15005550006', 1],
    ['one as people write it', '+1 (500) 555-0006', 1],
    ['a toll-free number', '+18885550006', 3],
    ['a short code', '24273', 100],
    ['a number of another country', '+442071838750', 10],
    ['a name', 'Quail Shop', 10],
    ['a number of WhatsApp', 'whatsapp:+15005550006', 80],
    ['a messaging service', `MG${'a'.repeat(32)}`, undefined],
    ['another channel', 'messenger:12345', undefined],
  ])('is known of %s', (_, sender, rate) => {
    expect(defaultRateOf(`twilio/${account}/${sender}`)).toBe(rate);
  });

  it('is none of a host, or of a lane that a task names', () => {
    expect([defaultRateOf('host/example.com'), defaultRateOf('lane/news')]).toEqual([undefined, undefined]);
  });
});
