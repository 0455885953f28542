import { randomBytes } from 'node:crypto';
import { readSuppressions } from '@quailrunner/ledger';
import { twilioSignature } from '@quailrunner/twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MonitorStage, openMonitorStage } from '../../../../test/support/monitor-stage.js';

const publicUrl = 'https://quail.example.com';
const authToken = 'the-account-s-auth-token';
const account = `AC${'0'.repeat(31)}7`;
const service = `MG${'0'.repeat(31)}8`;
const path = '/twilio/messages';

let stage: MonitorStage;
let url: string;
beforeAll(async () => {
  stage = await openMonitorStage();
  const secrets = { twilio_auth_token: authToken };
  ({ url } = await stage.startMonitor({ publicUrl, encryptionKey: randomBytes(32), secrets }));
});
afterAll(() => stage.close());

const from = '+15005550099';
const message = { AccountSid: account, From: from, To: '+15005550006', MessageSid: `SM${'0'.repeat(32)}` };

const post = async (fields: Record<string, string>, token = authToken) => {
  const params = Object.entries({ ...message, ...fields });
  const signature = twilioSignature({ authToken: token, url: publicUrl + path, params });
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'x-twilio-signature': signature },
    body: new URLSearchParams(params),
  });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
};

const suppressed = async (): Promise<string[]> =>
  (await readSuppressions(stage.ledger, { limit: 10 })).map(({ sender }) => sender.split('/').at(-1) ?? '').toSorted();

describe('what a recipient writes', () => {
  it('is answered with nothing more to send', async () => {
    const answer = await post({ Body: 'thank you' });
    expect(answer).toMatchObject({ status: 200, type: expect.stringContaining('text/xml') });
    expect(answer.body).toMatch(/<Response\/>$/);
    expect(await suppressed()).toEqual([]);
  });

  it.each([
    ['STOP', 'START'],
    [' stop ', 'unstop'],
    ['Unsubscribe', 'Yes'],
    ['OPTOUT', 'start'],
  ])('as "%s" suppresses, and as "%s" lifts', async (stop, start) => {
    await post({ Body: stop });
    expect(await suppressed()).toEqual(['+15005550006']);
    await post({ Body: start });
    expect(await suppressed()).toEqual([]);
  });

  it.each(['stop it', 'please stop', 'STOPP', ''])('as "%s" asks for nothing', async (text) => {
    await post({ Body: text });
    expect(await suppressed()).toEqual([]);
  });

  it('in words of the account is what Twilio made of them, for the number and its messaging service', async () => {
    await post({ Body: 'BASTA', OptOutType: 'STOP', MessagingServiceSid: service });
    expect(await suppressed()).toEqual(['+15005550006', service]);
    await post({ Body: 'STOP', OptOutType: 'HELP', From: '+15005550098' });
    await post({ Body: 'HOLA', OptOutType: 'START', MessagingServiceSid: service });
    expect(await suppressed()).toEqual([]);
  });

  it('with a signature of another token is answered 403, and nothing is done', async () => {
    expect(await post({ Body: 'STOP' }, 'a-token-of-somebody-else')).toMatchObject({ status: 403 });
    expect(await suppressed()).toEqual([]);
  });

  it('without an account, a sender or a recipient is answered 400', async () => {
    for (const missing of ['AccountSid', 'From', 'To']) {
      expect(await post({ Body: 'STOP', [missing]: '' })).toMatchObject({ status: 400 });
    }
  });
});

it('without PUBLIC_URL nothing that recipients write is taken', async () => {
  const monitor = await stage.startMonitor({ encryptionKey: randomBytes(32) });
  const answer = await fetch(monitor.url + path, { method: 'POST', body: new URLSearchParams(message) });
  expect(answer.status).toBe(404);
});
