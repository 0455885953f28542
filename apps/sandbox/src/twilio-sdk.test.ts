import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { from, hello, makeSandbox, type TestSandbox, to } from '../test-support/make-sandbox.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await makeSandbox({ times: { sentAfterMs: 0, deliveredAfterMs: 60_000 } });
});
afterEach(() => sandbox.close());

type HttpRequest = Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0];

/** The SDK as its users have it, but for the host. */
const makeSdk = (user = '', password = '', options: { accountSid?: string } = {}) => {
  const http = new twilio.RequestClient();
  const request = (wanted: HttpRequest) =>
    http.request({ ...wanted, uri: wanted.uri.replace('https://api.twilio.com', sandbox.url) });
  const account = sandbox.accounts[0];
  return twilio(user || account?.sid, password || account?.authToken, {
    ...options,
    httpClient: { request } as InstanceType<typeof twilio.RequestClient>,
  });
};

const message = { to, from, body: 'Hello!' };

describe("Twilio's own SDK", () => {
  it('creates a message and fetches it', async () => {
    const created = await makeSdk().messages.create(message);
    expect(created).toMatchObject({
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      accountSid: sandbox.accountSid,
      to,
      from,
      body: 'Hello!',
      direction: 'outbound-api',
      numSegments: '1',
      numMedia: '0',
      price: null,
      errorCode: null,
      apiVersion: '2010-04-01',
      dateCreated: expect.any(Date),
    });
    const fetched = await makeSdk().messages(created.sid).fetch();
    expect(fetched).toMatchObject({ sid: created.sid, body: 'Hello!', status: 'sent', dateSent: expect.any(Date) });
    expect(Math.abs(fetched.dateCreated.getTime() - Date.now())).toBeLessThan(10_000);
  });

  it('creates a picture message', async () => {
    const mediaUrl = ['https://example.org/a.png', 'https://example.org/b.png'];
    const created = await makeSdk().messages.create({ to, from, mediaUrl });
    expect(created).toMatchObject({ sid: expect.stringMatching(/^MM/), numMedia: '2', body: '' });
  });

  it('creates a message with a messaging service and an API key', async () => {
    const key = sandbox.accounts[0]?.apiKeys?.[0];
    const sdk = makeSdk(key?.sid, key?.secret, { accountSid: sandbox.accountSid });
    const messagingServiceSid = `MG${'1'.repeat(32)}`;
    const created = await sdk.messages.create({ to, body: 'Hello!', messagingServiceSid });
    expect(created).toMatchObject({ messagingServiceSid });
  });

  it('lists messages by recipient and sender over several pages, newest first', async () => {
    const sdk = makeSdk();
    for (let n = 1; n <= 5; n++) await sdk.messages.create({ ...message, body: `No. ${n}` });
    await sdk.messages.create({ ...message, to: '+15005550011' });
    await sdk.messages.create({ ...message, from: 'Quail' });
    const listed = await sdk.messages.list({ to, from, pageSize: 2 });
    expect(listed.map(({ body }) => body)).toEqual(['No. 5', 'No. 4', 'No. 3', 'No. 2', 'No. 1']);
    expect(await sdk.messages.list({ limit: 3 })).toHaveLength(3);
    expect(await sdk.messages.list({ to: '+15005550099' })).toEqual([]);
    expect(await sdk.messages.list({ dateSentAfter: new Date(Date.now() - 86_400_000), pageSize: 3 })).toHaveLength(7);
    expect(await sdk.messages.list({ dateSentBefore: new Date(Date.now() - 86_400_000) })).toEqual([]);
  });

  it.each([
    [{ to: '+15005550001' }, 21211],
    [{ to: '+15005550002' }, 21612],
    [{ to: '+15005550003' }, 21408],
    [{ to: '+15005550004' }, 21610],
    [{ to: '+15005550009' }, 21614],
    [{ from: '+15005550001' }, 21212],
    [{ from: '+15005550007' }, 21606],
    [{ from: '+15005550008' }, 21611],
  ])('gets a RestException for the magic number in %j', async (change, code) => {
    const refused = makeSdk().messages.create({ ...message, ...change });
    await expect(refused).rejects.toMatchObject({
      code,
      status: code === 21611 ? 429 : 400,
      moreInfo: `https://www.twilio.com/docs/errors/${code}`,
      message: expect.stringMatching(/\w/),
    });
  });

  it('gets 20003 with a wrong token, and 20404 for the account of somebody else', async () => {
    const denied = { code: 20003, status: 401 };
    await expect(makeSdk(sandbox.accountSid, 'wrong').messages.create(message)).rejects.toMatchObject(denied);
    await expect(makeSdk(sandbox.accountSid, 'wrong').messages.list()).rejects.toMatchObject(denied);
    const other = makeSdk(undefined, undefined, { accountSid: `AC${'9'.repeat(32)}` });
    await expect(other.messages.create(message)).rejects.toMatchObject({ code: 20404, status: 404 });
    await expect(
      makeSdk()
        .messages(`SM${'9'.repeat(32)}`)
        .fetch(),
    ).rejects.toMatchObject({ code: 20404 });
    expect((await sandbox.summary()).total).toBe(0);
  });

  it('meets the faults it is told to meet', async () => {
    await sandbox.putFaults([
      { to, code: 20429, times: 1 },
      { to, status: 503 },
    ]);
    await expect(makeSdk().messages.create(message)).rejects.toMatchObject({ code: 20429, status: 429 });
    await expect(makeSdk().messages.create(message)).rejects.toMatchObject({ code: 20500, status: 503 });
    await expect(makeSdk().messages.create({ ...message, to: '+15005550011' })).resolves.toBeTruthy();
    expect((await sandbox.summary()).answers).toEqual({ 20429: 1, 20500: 1, 201: 1 });
  });

  it('sees nothing but what was sent to it', async () => {
    expect((await sandbox.post(hello)).status).toBe(201);
    expect(await makeSdk().messages.list()).toHaveLength(1);
  });
});
