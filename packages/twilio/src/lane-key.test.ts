import { describe, expect, it } from 'vitest';
import { laneKeyOf } from './lane-key.js';

const account = `AC${'0'.repeat(32)}`;
const url = `https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`;
const senderOf = (from: string) => laneKeyOf(url, [['From', from]])?.split('/')[2];

describe('the sender in a lane', () => {
  it.each([
    ['+15005550006', '+15005550006'],
    ['15005550006', '+15005550006'],
    [' +1 500 555 0006', '+15005550006'],
    ['(500) 555-0006', '+15005550006'],
    ['+49 151 2345678', '+491512345678'],
    ['WhatsApp:+1 500 555 0006', 'whatsapp:+15005550006'],
    ['12345', '12345'],
    ['ACME 24', 'ACME 24'],
    ['Shop-4711', 'Shop-4711'],
  ])('%s is %s: one lane and one rate, however it is written', (from, sender) => {
    expect(senderOf(from)).toBe(sender);
  });
});
