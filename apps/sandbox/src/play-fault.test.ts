import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { basic, hello, makeSandbox, type TestSandbox } from '../test-support/make-sandbox.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(() => sandbox.close());

const json = async (response: Response): Promise<Record<string, unknown>> => (await response.json()) as never;

describe('a fault', () => {
  const total = async () => (await sandbox.summary()).total;

  it('drops the connection before the message is accepted', async () => {
    await sandbox.putFaults([{ drop: 'before', times: 1 }]);
    await expect(sandbox.post(hello)).rejects.toThrow();
    expect(await sandbox.summary()).toMatchObject({ total: 0, answers: { dropped: 1 } });
    expect((await sandbox.post(hello)).status).toBe(201);
  });

  it('drops the connection after the message is accepted', async () => {
    await sandbox.putFaults([{ drop: 'after', times: 1 }]);
    await expect(sandbox.post(hello)).rejects.toThrow();
    expect(await total()).toBe(1);
  });

  it('answers with a status, a code, a text and Retry-After', async () => {
    await sandbox.putFaults([
      { times: 1, status: 429, retryAfter: 3 },
      { times: 1, code: 30001, message: 'Full.', status: 400 },
      { times: 1, status: 502, body: '<h1>Bad gateway</h1>' },
      { times: 1, status: 200, body: '{"odd":' },
    ]);
    const throttled = await sandbox.post(hello);
    expect([throttled.status, throttled.headers.get('retry-after'), (await json(throttled)).code]).toEqual([
      429,
      '3',
      20429,
    ]);
    expect(await json(await sandbox.post(hello))).toMatchObject({ code: 30001, message: 'Full.', status: 400 });
    const gateway = await sandbox.post(hello);
    expect([gateway.status, gateway.headers.get('content-type'), await gateway.text()]).toEqual([
      502,
      'text/html;charset=utf-8',
      '<h1>Bad gateway</h1>',
    ]);
    expect(await (await sandbox.post(hello)).text()).toBe('{"odd":');
    expect(await total()).toBe(0);
  });

  it('may accept the message and say otherwise', async () => {
    await sandbox.putFaults([{ status: 500, accept: true }]);
    expect((await sandbox.post(hello)).status).toBe(500);
    expect(await total()).toBe(1);
  });

  it('answers late for a message that is already there', async () => {
    await sandbox.putFaults([{ latencyMs: 60_000 }]);
    const giveUp = new AbortController();
    const lateness = fetch(sandbox.messagesUrl, {
      method: 'POST',
      headers: {
        authorization: basic(sandbox.accountSid, sandbox.accounts[0]?.authToken ?? ''),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(hello).toString(),
      signal: giveUp.signal,
    });
    await vi.waitFor(async () => expect(await total()).toBe(1));
    giveUp.abort();
    await expect(lateness).rejects.toThrow();
  });

  it('adds its latency to the ordinary answer', async () => {
    await sandbox.putFaults([{ latencyMs: 50 }]);
    const startedAt = performance.now();
    expect((await sandbox.post(hello)).status).toBe(201);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
  });

  it('befalls lists and fetches too, when told so', async () => {
    const { uri } = await json(await sandbox.post(hello));
    await sandbox.putFaults([
      { on: 'list', status: 503 },
      { on: 'fetch', status: 500 },
    ]);
    expect((await sandbox.get(sandbox.messagesUrl)).status).toBe(503);
    expect((await sandbox.get(String(uri))).status).toBe(500);
    expect((await sandbox.post(hello)).status).toBe(201);
  });

  it('does not keep the sandbox from closing', async () => {
    const doomed = await makeSandbox();
    await doomed.putFaults([{ latencyMs: 600_000 }]);
    const pending = doomed.post(hello).catch(() => 'cut');
    await vi.waitFor(async () => expect((await doomed.summary()).total).toBe(1));
    await doomed.close();
    expect(await pending).toBe('cut');
    expect(doomed.logged).toEqual([]);
  });
});
