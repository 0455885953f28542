import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basic, from, hello, makeSandbox, type TestSandbox, to } from '../test-support/make-sandbox.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(() => sandbox.close());

const json = async (response: Response): Promise<Record<string, unknown>> => (await response.json()) as never;
const codeOf = async (form: string | Record<string, string>): Promise<unknown> =>
  (await json(await sandbox.post(form))).code;

describe('a message that is posted', () => {
  it('is answered with 201 in the shape of Twilio', async () => {
    const response = await sandbox.post(hello);
    expect(response.status).toBe(201);
    expect(response.headers.get('content-type')).toBe('application/json;charset=utf-8');
    expect(response.headers.get('twilio-request-id')).toMatch(/^RQ[0-9a-f]{32}$/);
    const body = await json(response);
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages/${body.sid}`;
    const rfc2822 = expect.stringMatching(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/);
    expect(body).toEqual({
      account_sid: sandbox.accountSid,
      api_version: '2010-04-01',
      body: 'Hello!',
      date_created: rfc2822,
      date_sent: null,
      date_updated: rfc2822,
      direction: 'outbound-api',
      error_code: null,
      error_message: null,
      from,
      messaging_service_sid: null,
      num_media: '0',
      num_segments: '1',
      price: null,
      price_unit: 'USD',
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      status: 'queued',
      subresource_uris: { media: `${path}/Media.json` },
      to,
      uri: `${path}.json`,
    });
  });

  it('waits for its sender with a messaging service', async () => {
    const body = await json(await sandbox.post({ To: to, MessagingServiceSid: `MG${'1'.repeat(32)}`, Body: 'Hi' }));
    expect(body).toMatchObject({ status: 'accepted', from: null, num_segments: '0' });
  });

  it('is refused for what is missing first: To, then the sender, then the content', async () => {
    expect(await codeOf('')).toBe(21604);
    expect(await codeOf({ To: 'nonsense' })).toBe(21603);
    expect(await codeOf({ To: 'nonsense', From: 'no sender either!' })).toBe(21602);
    expect(await codeOf({ To: 'nonsense', From: 'no sender either!', Body: 'x' })).toBe(21211);
    expect(await codeOf({ To: to, From: 'no sender either!', Body: 'x' })).toBe(21212);
  });

  it('is read as Twilio reads a form: a raw plus is a space', async () => {
    expect(await codeOf(`From=%2B15005550006&To=${to}&Body=x`)).toBe(21211);
    const body = await json(
      await sandbox.post('From=%2B15005550006&To=%2B15005550010&Body=a+b%20c%2Bd%26e%0A%F0%9F%98%80'),
    );
    expect(body.body).toBe('a b c+d&e\n😀');
  });

  it('has no parameters when it is no form', async () => {
    const response = await sandbox.post(JSON.stringify(hello), { 'content-type': 'application/json' });
    expect(await json(response)).toMatchObject({ code: 21604, status: 400 });
  });

  it.each([
    [{ Body: 'x'.repeat(1_601) }, 21617],
    [{ MediaUrl: 'ftp://example.org/a.png' }, 21620],
    [{ MessagingServiceSid: 'MG1' }, 21705],
    [{ ContentSid: 'HX1' }, 21655],
    [{ StatusCallback: 'nowhere' }, 21609],
    [{ StatusCallback: 'https://my_host.example.org/' }, 21609],
    [{ ValidityPeriod: '0' }, 21624],
    [{ ValidityPeriod: '36001' }, 21624],
  ])('is refused for a bad parameter: %#', async (change, code) => {
    expect(await codeOf({ ...hello, ...change })).toBe(code);
  });

  it('takes 1,600 characters and ten media, and not one more', async () => {
    const media = (count: number): string =>
      `${new URLSearchParams(hello)}${'&MediaUrl=https://example.org/a.png'.repeat(count)}`;
    expect((await sandbox.post({ ...hello, Body: '😀'.repeat(1_600) })).status).toBe(201);
    expect((await sandbox.post(media(10))).status).toBe(201);
    expect(await codeOf(media(11))).toBe(21623);
  });

  it.each(['+15551234567', '+447700900123', '+4915123456789', 'whatsapp:+15005550010', '+22890123456'])(
    'goes to %s',
    async (To) => {
      expect((await sandbox.post({ ...hello, To })).status).toBe(201);
    },
  );

  it.each([
    '15551234567',
    '+1555123456',
    '+155512345678',
    '+0123456789',
    '5551234567',
    '+1 555 123 4567',
    'whatsapp:1',
    'Jo',
  ])('does not go to %s', async (To) => {
    expect(await codeOf({ ...hello, To })).toBe(21211);
  });

  it.each(['Quail', '55555', 'whatsapp:+15005550006', 'My Shop 24'])('comes from %s', async (From) => {
    expect((await sandbox.post({ ...hello, From })).status).toBe(201);
  });

  it('comes from the numbers of the account only, where it names some', async () => {
    const account = { sid: `AC${'1'.repeat(32)}`, authToken: 'secret', numbers: ['+15005550099'] };
    const strict = await makeSandbox({ accounts: [account] });
    expect(await json(await strict.post(hello))).toMatchObject({ code: 21606 });
    expect((await strict.post({ ...hello, From: '+15005550099' })).status).toBe(201);
    await strict.close();
  });

  it('gets on from queued to sent to delivered', async () => {
    let now = Date.parse('2026-04-01T12:00:00Z');
    const timed = await makeSandbox({ times: { sentAfterMs: 1_000, deliveredAfterMs: 5_000 } }, () => now);
    const { uri } = await json(await timed.post(hello));
    const look = async () => json(await timed.get(String(uri)));
    expect(await look()).toMatchObject({ status: 'queued', date_sent: null });
    now += 1_000;
    expect(await look()).toMatchObject({ status: 'sent', date_sent: 'Wed, 01 Apr 2026 12:00:01 +0000' });
    now += 4_000;
    expect(await look()).toMatchObject({ status: 'delivered', date_updated: 'Wed, 01 Apr 2026 12:00:05 +0000' });
    await timed.close();
  });
});

describe('a message that a fault rule lets end undelivered', () => {
  it('is accepted and sent, and then says so with the code, wherever it is looked up', async () => {
    let now = Date.parse('2026-04-01T12:00:00Z');
    const timed = await makeSandbox({ times: { sentAfterMs: 1_000, deliveredAfterMs: 5_000 } }, () => now);
    await timed.putFaults([{ to, times: 1, delivery: 'undelivered', errorCode: 30003 }]);
    const { status, uri } = await json(await timed.post(hello));
    await timed.post(hello);
    const look = async () => json(await timed.get(String(uri)));
    expect(status).toBe('queued');
    now += 1_000;
    expect(await look()).toMatchObject({ status: 'sent', error_code: null, error_message: null });
    now += 4_000;
    const undelivered = {
      status: 'undelivered',
      date_updated: 'Wed, 01 Apr 2026 12:00:05 +0000',
      error_code: 30003,
      error_message: 'Unreachable destination handset',
    };
    expect(await look()).toMatchObject(undelivered);
    expect(await json(await timed.get(timed.messagesUrl))).toMatchObject({
      messages: [{ status: 'delivered', error_code: null }, undelivered],
    });
    await timed.close();
  });

  it('may end so without a code, and although its answer never came', async () => {
    const quick = await makeSandbox({ times: { sentAfterMs: 0, deliveredAfterMs: 0 } });
    await quick.putFaults([{ delivery: 'undelivered', drop: 'after' }]);
    await expect(quick.post(hello)).rejects.toThrow();
    expect(await json(await quick.get(quick.messagesUrl))).toMatchObject({
      messages: [{ status: 'undelivered', error_code: null }],
    });
    await quick.close();
  });
});

describe('credentials', () => {
  it('are asked for as Twilio asks for them', async () => {
    const response = await fetch(sandbox.messagesUrl, { method: 'POST' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await json(response)).toMatchObject({ code: 20003, status: 401 });
  });

  it.each(['Bearer x', 'Basic !!', 'Basic', basic('AC', 'x')])('are wrong as %s', async (authorization) => {
    expect((await sandbox.post(hello, { authorization })).status).toBe(401);
  });

  it('may be any, when the sandbox is told so', async () => {
    const open = await makeSandbox({ accounts: [], anyCredentials: true });
    expect((await open.post(hello)).status).toBe(201);
    expect((await open.post(hello, { authorization: basic(`SK${'2'.repeat(32)}`, 'x') })).status).toBe(201);
    expect((await open.post(hello, { authorization: basic(open.accountSid, '') })).status).toBe(401);
    expect((await open.post(hello, { authorization: basic(`AC${'3'.repeat(32)}`, 'x') })).status).toBe(404);
    await open.close();
  });
});

describe('whatever is asked', () => {
  it('is not logged', async () => {
    await sandbox.post(hello);
    await sandbox.post({ ...hello, To: '+1' });
    await sandbox.post('%%%=%&To');
    await sandbox.get('/2010-04-01/Accounts/nobody/Calls.json');
    await sandbox.get('/2010-04-01/%ff');
    await fetch(`${sandbox.url}/sandbox/faults`, { method: 'PUT', body: '{' });
    expect(sandbox.logged).toEqual([]);
  });

  it('is unknown to the sandbox when Twilio has more than messages', async () => {
    const response = await sandbox.get(`/2010-04-01/Accounts/${sandbox.accountSid}/Calls.json?To=1`);
    expect(response.status).toBe(404);
    expect(await json(response)).toMatchObject({
      code: 20404,
      message: `The requested resource /2010-04-01/Accounts/${sandbox.accountSid}/Calls.json was not found`,
    });
  });
});
