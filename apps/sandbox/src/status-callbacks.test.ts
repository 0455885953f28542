import type { ServerResponse } from 'node:http';
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeReceiver, type Receiver } from '../test-support/make-receiver.js';
import { basic, from, hello, makeSandbox, noCallbacks, type TestSandbox, to } from '../test-support/make-sandbox.js';
import type { SandboxOptions } from './index.js';

const soon = { sentAfterMs: 20, deliveredAfterMs: 60 };
const atOnce = { sentAfterMs: 0, deliveredAfterMs: 0 };
const never = { sentAfterMs: 600_000, deliveredAfterMs: 600_000 };

let receiver: Receiver;
let sandbox: TestSandbox;
beforeEach(async () => {
  receiver = await makeReceiver();
});
afterEach(async () => {
  await sandbox.close();
  await receiver.close();
});

const open = async (options: Partial<SandboxOptions> = {}): Promise<void> => {
  sandbox = await makeSandbox({ times: soon, ...options });
};

const post = async (change: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<string> => {
  const response = await sandbox.post({ ...hello, StatusCallback: receiver.url, ...change }, headers);
  expect(response.status).toBe(201);
  return ((await response.json()) as { sid: string }).sid;
};

const counts = async () => (await sandbox.summary()).callbacks;
const untilCounts = (expected: Partial<typeof noCallbacks>) =>
  vi.waitFor(async () => expect(await counts()).toEqual({ ...noCallbacks, ...expected }), { timeout: 10_000 });

describe('a status callback', () => {
  it('tells that the message was sent and that it was delivered, and nothing else', async () => {
    await open();
    const sid = await post();
    await untilCounts({ delivered: 2 });
    const common = {
      ApiVersion: '2010-04-01',
      SmsSid: sid,
      MessageSid: sid,
      AccountSid: sandbox.accountSid,
      From: from,
      To: to,
    };
    expect(receiver.formOf('sent')).toEqual({ ...common, MessageStatus: 'sent', SmsStatus: 'sent' });
    expect(receiver.formOf('delivered')).toEqual({
      ...common,
      MessageStatus: 'delivered',
      SmsStatus: 'delivered',
      RawDlrDoneDate: expect.stringMatching(/^\d{10}$/),
    });
  });

  it('comes when the message is sent and when it is delivered, by the clock of the sandbox', async () => {
    let now = Date.now();
    sandbox = await makeSandbox({ times: soon }, () => now);
    await post();
    await untilCounts({ waiting: 2 });
    now += 20;
    await untilCounts({ delivered: 1, waiting: 1 });
    now += 40;
    await untilCounts({ delivered: 2 });
    expect(receiver.statuses()).toEqual(['sent', 'delivered']);
  });

  it("is a form whose signature holds before Twilio's own SDK, and whose URL is kept as it was given", async () => {
    await open();
    const target = '/twilio/receipts?run=r%201&sig=a+b%2Fc%3D&empty&run=2';
    await post({ StatusCallback: `${receiver.url}${target}` });
    await untilCounts({ delivered: 2 });
    const token = sandbox.accounts[0]?.authToken ?? '';
    for (const { method, target: called, headers, form } of receiver.received) {
      expect([method, called]).toEqual(['POST', target]);
      expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
      const signature = String(headers['x-twilio-signature']);
      expect(twilio.validateRequest(token, signature, receiver.url + called, form)).toBe(true);
      expect(twilio.validateRequest(token, signature, `${receiver.url}${called}&more`, form)).toBe(false);
    }
  });

  it('names the messaging service and the sender that it chose', async () => {
    await open();
    const MessagingServiceSid = `MG${'1'.repeat(32)}`;
    await post({ From: '', MessagingServiceSid });
    await untilCounts({ delivered: 2 });
    expect(receiver.formOf('sent')).toMatchObject({ MessagingServiceSid, From: from });
  });

  it('tells that the message was not delivered, and why', async () => {
    await open();
    await sandbox.putFaults([{ delivery: 'undelivered', errorCode: 30003 }]);
    await post();
    await untilCounts({ delivered: 2 });
    expect(receiver.formOf('sent')).not.toHaveProperty('ErrorCode');
    expect(receiver.formOf('undelivered')).toMatchObject({ SmsStatus: 'undelivered', ErrorCode: '30003' });
  });

  it('comes for a message whose answer was cut off, and not for one that was not accepted', async () => {
    await open();
    const refused = { ...hello, StatusCallback: receiver.url };
    await sandbox.putFaults([
      { drop: 'before', times: 1 },
      { status: 500, times: 1 },
      { drop: 'after', times: 1 },
    ]);
    await expect(sandbox.post(refused)).rejects.toThrow();
    expect((await sandbox.post(refused)).status).toBe(500);
    await expect(sandbox.post(refused)).rejects.toThrow();
    await untilCounts({ delivered: 2 });
  });

  it.each([
    ['is refused', (response: ServerResponse) => response.writeHead(403).end()],
    [
      'is answered with another address',
      (response: ServerResponse) => response.writeHead(307, { location: '/' }).end(),
    ],
    ['meets a server that fails', (response: ServerResponse) => response.writeHead(500).end()],
    ['is cut off', (response: ServerResponse) => response.destroy()],
  ])('is not repeated when it %s', async (_, answer) => {
    await open();
    receiver.answer = answer;
    await post();
    await untilCounts({ failed: 2 });
    expect(receiver.received).toHaveLength(2);
  });

  it('is not repeated when nobody listens', async () => {
    await open();
    await receiver.close();
    await post();
    await untilCounts({ failed: 2 });
  });

  it('is one of at most fifty under way, however many are due', async () => {
    await open({ times: atOnce });
    const held: ServerResponse[] = [];
    receiver.answer = (response) => void held.push(response);
    await Promise.all(Array.from({ length: 60 }, () => post()));
    await vi.waitFor(() => expect(held).toHaveLength(50));
    expect(await counts()).toEqual({ ...noCallbacks, waiting: 120 });
    receiver.answer = (response) => void response.end();
    for (const response of held) response.end();
    await untilCounts({ delivered: 120 });
  });
});

describe('the sandbox calls back', () => {
  it('nobody but this machine, and keeps the address all the same', async () => {
    await open({ times: atOnce });
    const StatusCallback = 'https://quailrunner.example.com/twilio/receipts?run=1';
    await post({ StatusCallback });
    expect(await counts()).toEqual({ ...noCallbacks, skipped: 1 });
    const { messages } = (await (await sandbox.get('/sandbox/messages')).json()) as { messages: object[] };
    expect(messages).toMatchObject([{ statusCallback: StatusCallback }]);
  });

  it('the origin besides that its operator named', async () => {
    const elsewhere = `http://0.0.0.0:${receiver.port}`;
    await open({ callbackOrigin: `${elsewhere}/quailrunner` });
    await post({ StatusCallback: `${elsewhere}/twilio/receipts` });
    await post({ StatusCallback: `http://0.0.0.0:${receiver.port + 1}/` });
    await untilCounts({ delivered: 2, skipped: 1 });
  });

  it('nobody for a message without StatusCallback', async () => {
    await open({ times: never });
    expect((await sandbox.post(hello)).status).toBe(201);
    expect(await counts()).toEqual(noCallbacks);
  });

  it('nobody after it was told to forget the messages', async () => {
    await open({ times: never });
    await post();
    await post({ StatusCallback: 'https://example.com/' });
    expect(await counts()).toEqual({ ...noCallbacks, skipped: 1, waiting: 2 });
    await fetch(`${sandbox.url}/sandbox/messages`, { method: 'DELETE' });
    expect(await counts()).toEqual(noCallbacks);
  });

  it('nobody once it is closed, and closes at once whatever is due or under way', async () => {
    await open({ times: atOnce });
    receiver.answer = () => {};
    await Promise.all(Array.from({ length: 60 }, () => post()));
    await vi.waitFor(() => expect(receiver.received).toHaveLength(50));
    await sandbox.close();
    expect(receiver.received).toHaveLength(50);
    expect(sandbox.logged).toEqual([]);
  });
});

describe('a callback is signed', () => {
  const sid = `AC${'4'.repeat(32)}`;
  const key = { authorization: basic(`SK${'2'.repeat(32)}`, 'secret') };
  const accounts = [{ sid, authToken: 'known' }];

  it.each([
    ['the password of the account that signs in', {}, { authorization: basic(`AC${'0'.repeat(32)}`, 'a:b') }, 'a:b'],
    ['the token of a listed account when a key signs in', { accounts }, key, 'known'],
    ['the token that the sandbox was given when a key signs in', { callbackAuthToken: 'given' }, key, 'given'],
  ])('with %s', async (_, options, headers, token) => {
    await open({ accounts: [], anyCredentials: true, ...options });
    await post({}, headers);
    await untilCounts({ delivered: 2 });
    for (const { headers: sent, form } of receiver.received) {
      const signature = String(sent['x-twilio-signature']);
      expect(twilio.validateRequest(token, signature, receiver.url, form)).toBe(true);
    }
  });

  it('or not sent, when nobody has told the token', async () => {
    await open({ accounts: [], anyCredentials: true, times: atOnce });
    await post({}, key);
    expect(await counts()).toEqual({ ...noCallbacks, unsigned: 1 });
  });
});

describe('a fault befalls callbacks', () => {
  it('that come late, and so in the wrong order', async () => {
    let now = Date.now();
    sandbox = await makeSandbox({ times: soon }, () => now);
    await sandbox.putFaults([{ on: 'callback', to, times: 1, latencyMs: 50 }]);
    await post();
    now += 60;
    await untilCounts({ delivered: 1, waiting: 1 });
    now += 10;
    await untilCounts({ delivered: 2 });
    expect(receiver.statuses()).toEqual(['delivered', 'sent']);
  });

  it('that come again', async () => {
    await open();
    await sandbox.putFaults([{ on: 'callback', from, times: 1, repeat: 2 }]);
    await post();
    await untilCounts({ delivered: 4 });
    expect(receiver.statuses().toSorted()).toEqual(['delivered', 'sent', 'sent', 'sent']);
  });

  it('that never come', async () => {
    await open();
    await sandbox.putFaults([{ on: 'callback', to, times: 1, drop: 'before' }]);
    await post();
    await untilCounts({ delivered: 1, dropped: 1 });
    expect(receiver.statuses()).toEqual(['delivered']);
  });

  it('of those it names only', async () => {
    await open();
    await sandbox.putFaults([
      { on: 'callback', accountSid: `AC${'9'.repeat(32)}`, drop: 'before' },
      { on: 'callback', to: '+44*', drop: 'before' },
    ]);
    await post();
    await untilCounts({ delivered: 2 });
  });
});
