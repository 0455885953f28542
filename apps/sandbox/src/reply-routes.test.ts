import { isSignedByTwilio } from '@quailrunner/twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeReceiver, type Receiver } from '../test-support/make-receiver.js';
import { from, hello, makeSandbox, type TestSandbox, to } from '../test-support/make-sandbox.js';

let sandbox: TestSandbox;
let receiver: Receiver;
beforeEach(async () => {
  [sandbox, receiver] = await Promise.all([makeSandbox(), makeReceiver()]);
});
afterEach(() => Promise.all([sandbox.close(), receiver.close()]));

const write = async (body: string, more: Record<string, string> = {}) => {
  const answer = await fetch(`${sandbox.url}/sandbox/replies`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: to, to: from, body, ...more }),
  });
  return { status: answer.status, body: (await answer.json()) as unknown };
};

const codeOf = async (message: Record<string, string>) =>
  ((await (await sandbox.post(message)).json()) as { code?: number }).code;

describe('a recipient who writes back', () => {
  it('STOP gets nothing more of that sender, until they write START', async () => {
    expect((await write(' stop ')).body).toEqual({ asks: 'stop', status: null });
    expect(await codeOf(hello)).toBe(21610);
    expect(await codeOf({ ...hello, From: '+15005550010' })).toBeUndefined();
    expect((await write('thanks')).body).toEqual({ asks: null, status: null });
    expect(await codeOf(hello)).toBe(21610);
    expect((await write('START')).body).toEqual({ asks: 'start', status: null });
    expect(await codeOf(hello)).toBeUndefined();
  });

  it('to a messaging service gets nothing more of all that it sends', async () => {
    const service = `MG${'0'.repeat(32)}`;
    await write('STOP', { messagingServiceSid: service });
    expect(await codeOf({ To: to, Body: 'x', MessagingServiceSid: service })).toBe(21610);
  });

  it('is told to a webhook, signed as Twilio signs', async () => {
    const url = `${receiver.url}/in?a=1`;
    expect((await write('Stop', { url })).body).toEqual({ asks: 'stop', status: 204 });
    const [{ form, headers, target }] = receiver.received as [Receiver['received'][number]];
    expect(target).toBe('/in?a=1');
    expect(form).toMatchObject({
      From: to,
      To: from,
      Body: 'Stop',
      OptOutType: 'STOP',
      AccountSid: sandbox.accountSid,
    });
    const authToken = sandbox.accounts[0]?.authToken ?? '';
    const signature = headers['x-twilio-signature']?.toString();
    expect(isSignedByTwilio(signature, { authToken, url, parameters: Object.entries(form) })).toBe(true);
  });

  it('is not told to anybody elsewhere', async () => {
    expect(await write('STOP', { url: 'https://example.com/in' })).toMatchObject({ status: 400 });
  });

  it('in no way that is understood is refused, with what is wrong', async () => {
    expect(await write('STOP', { from: '' })).toMatchObject({ status: 400, body: { problems: [{ path: 'from' }] } });
  });
});
