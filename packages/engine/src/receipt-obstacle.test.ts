import { describe, expect, it } from 'vitest';
import { receiptObstacle } from './receipt-obstacle.js';

const twilioBaseUrl = 'https://api.twilio.com';

describe('receipts are asked for', () => {
  it.each([
    'https://quail.example.com',
    'http://quail.example.com:8080/prefix',
    'https://[2600:1f18::1]',
    'https://3.5.7.9',
  ])('at %s', (publicUrl) => expect(receiptObstacle({ publicUrl, twilioBaseUrl })).toBeUndefined());

  it.each(['http://127.0.0.1:3000', 'http://monitor:3000', 'http://localhost:3000'])(
    'at %s of a sandbox',
    (publicUrl) => expect(receiptObstacle({ publicUrl, twilioBaseUrl: 'http://127.0.0.1:3001' })).toBeUndefined(),
  );
});

describe('receipts are not asked for, so that Twilio does not refuse the message', () => {
  it.each([
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'http://10.1.2.3',
    'http://localhost:3000',
    'http://monitor:3000',
    'https://quail.internal',
    'https://quail_runner.example.com',
  ])('at %s', (publicUrl) => expect(receiptObstacle({ publicUrl, twilioBaseUrl })).toMatch(/^Twilio c/));

  it('at a name with an underscore, not even by a sandbox', () =>
    expect(receiptObstacle({ publicUrl: 'http://a_b:3000', twilioBaseUrl: 'http://127.0.0.1:3001' })).toBeDefined());
});
