import { describe, expect, it } from 'vitest';
import { addressOf } from './address.js';

const account = `AC${'0'.repeat(32)}`;
const url = `https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`;
const recipientOf = (to: string, from = '+15005550006') =>
  addressOf(url, [
    ['From', from],
    ['To', to],
  ])?.recipient;

describe('the address of a message', () => {
  it('names the sender as its lane does', () => {
    expect(
      addressOf(url, [
        ['To', '+15005550010'],
        ['MessagingServiceSid', `MG${'1'.repeat(32)}`],
      ]),
    ).toEqual({
      sender: `twilio/${account}/MG${'1'.repeat(32)}`,
      recipient: '+15005550010',
    });
  });

  it('is none without a sender, a recipient or Twilio', () => {
    expect(addressOf(url, [['To', '+15005550010']])).toBeUndefined();
    expect(recipientOf('  ')).toBeUndefined();
    expect(
      addressOf('https://example.com/', [
        ['From', '+15005550006'],
        ['To', '+15005550010'],
      ]),
    ).toBeUndefined();
  });
});
