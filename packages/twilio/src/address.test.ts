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
  it.each([
    ['+15005550010', '+15005550010'],
    [' +1 (500) 555-0010 ', '+15005550010'],
    ['5005550010', '+15005550010'],
    ['15005550010', '+15005550010'],
    ['whatsapp:+1 500 555 0010', 'whatsapp:+15005550010'],
    ['+49 151/234.567', '+49151234567'],
    ['messenger:some-user', 'messenger:some-user'],
  ])('of %s is %s', (to, recipient) => {
    expect(recipientOf(to)).toBe(recipient);
  });

  it('takes a number without a plus for what it says where the sender is not of the US or Canada', () => {
    expect(recipientOf('4915123456', '+4915100000')).toBe('+4915123456');
  });

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
