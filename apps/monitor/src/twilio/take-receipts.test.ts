import { randomBytes } from 'node:crypto';
import { openReceiptReferences } from '@quailrunner/engine';
import { type RunStory, readRun, readRuns } from '@quailrunner/ledger';
import { twilioSignature } from '@quailrunner/twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimRuns, type MonitorStage, openMonitorStage } from '../../../../test/support/monitor-stage.js';

const publicUrl = 'https://quail.example.com';
const authToken = 'the-account-s-auth-token';
const encryptionKey = randomBytes(32);
const references = openReceiptReferences(encryptionKey);

let stage: MonitorStage;
let url: string;
let runId: string;
beforeAll(async () => {
  stage = await openMonitorStage();
  await claimRuns(stage.ledger, 'welcome', 1);
  runId = (await readRuns(stage.ledger, {}, { limit: 1 }))[0]?.runId ?? '';
  const secrets = { twilio_auth_token: authToken };
  ({ url } = await stage.startMonitor({ publicUrl, encryptionKey, secrets }));
});
afterAll(() => stage.close());

const sid = `SM${'0'.repeat(32)}`;
const sent = { MessageSid: sid, MessageStatus: 'sent', AccountSid: `AC${'0'.repeat(31)}7`, NewSince2027: 'a b+ü' };

const pathOf = (of = references.write({ runId, dispatch: 1, taskId: 1, revision: 1 })): string =>
  `/twilio/receipts?${of}`;

interface Sending {
  readonly path?: string;
  /** What is signed: as Twilio knows our address. */
  readonly signedUrl?: (path: string) => string;
  readonly token?: string;
  readonly headers?: Record<string, string>;
}

const post = async (
  fields: Record<string, string>,
  sending: Sending = {},
): Promise<{ status: number; body: string }> => {
  const { path = pathOf(), signedUrl = (signed) => publicUrl + signed, token = authToken, headers } = sending;
  const params = Object.entries(fields);
  const signature = twilioSignature({ authToken: token, url: signedUrl(path), params });
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'x-twilio-signature': signature, ...headers },
    body: new URLSearchParams(params),
  });
  return { status: answer.status, body: await answer.text() };
};

const story = async (): Promise<RunStory | undefined> => readRun(stage.ledger, runId);

describe('a receipt that is not what it says', () => {
  it.each<[string, Sending, Record<string, string>?]>([
    ['with a signature of another token', { token: 'a-token-of-somebody-else' }],
    ['without a signature', { headers: { 'x-twilio-signature': '' } }],
    ['signed for another address', { signedUrl: (path) => `https://elsewhere.example.com${path}` }],
    [
      'signed with other fields',
      { headers: { 'x-twilio-signature': twilioSignature({ authToken, url: publicUrl, params: [] }) } },
    ],
    [
      'at an address that we never gave to a message',
      { path: '/twilio/receipts?of=1.1.1.1&seal=AAAAAAAAAAAAAAAAAAAAAA' },
    ],
    ['at an address without a run', { path: '/twilio/receipts' }],
  ])('%s is answered 403, and nothing is written', async (_, sending) => {
    const answer = await post(sent, sending);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ title: 'This was not taken' });
    expect(await story()).toMatchObject({ state: 'pending', receipts: [] });
  });

  it('at the address of another run, sealed with another key, is answered 403', async () => {
    const forged = openReceiptReferences(randomBytes(32)).write({ runId, dispatch: 1, taskId: 1, revision: 1 });
    expect((await post(sent, { path: pathOf(forged) })).status).toBe(403);
    expect(await story()).toMatchObject({ state: 'pending', receipts: [] });
  });

  it('whose address was changed to another run is answered 403', async () => {
    const path = pathOf().replace(`of=${runId}.`, `of=${Number(runId) + 1}.`);
    expect((await post(sent, { path })).status).toBe(403);
  });

  it("without a message's id is answered 400, and nothing is written", async () => {
    expect((await post({ MessageStatus: 'sent' })).status).toBe(400);
    expect(await story()).toMatchObject({ state: 'pending', receipts: [] });
  });
});

describe('a receipt that Twilio signed', () => {
  it.each<[string, (path: string) => string]>([
    ['under our address', (path) => publicUrl + path],
    ['under our address with its port', (path) => `${publicUrl}:443${path}`],
  ])('%s is taken, whatever else it tells', async (_, signedUrl) => {
    expect((await post(sent, { signedUrl })).status).toBe(204);
    expect(await story()).toMatchObject({ state: 'completed', delivery: 'sent', receipts: [{ sid, status: 'sent' }] });
  });

  it('shows why a message was not delivered', async () => {
    expect((await post({ ...sent, MessageStatus: 'undelivered', ErrorCode: '30003' })).status).toBe(204);
    expect(await story()).toMatchObject({ delivery: 'undelivered', deliveryCode: '30003' });
  });

  it('behind a proxy that calls us by another name is taken', async () => {
    const headers = { 'x-forwarded-host': 'quail.example.com', 'x-forwarded-proto': 'https' };
    expect((await post({ ...sent, MessageStatus: 'delivered' }, { headers })).status).toBe(204);
    expect(await story()).toMatchObject({ delivery: 'delivered' });
  });
});

it('without PUBLIC_URL there are no receipts', async () => {
  const monitor = await stage.startMonitor({ encryptionKey });
  const answer = await fetch(`${monitor.url}${pathOf()}`, { method: 'POST', body: new URLSearchParams(sent) });
  expect(answer.status).toBe(404);
});

it('without an auth token no receipt is taken', async () => {
  const monitor = await stage.startMonitor({ encryptionKey, publicUrl });
  const answer = await fetch(`${monitor.url}${pathOf()}`, { method: 'POST', body: new URLSearchParams(sent) });
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('QUAIL_SECRET_TWILIO_AUTH_TOKEN') });
});
