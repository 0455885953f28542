import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { from, hello, makeSandbox, noCallbacks, type TestSandbox, to } from '../test-support/make-sandbox.js';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await makeSandbox();
});
afterEach(() => sandbox.close());

const request = (path: string, method = 'GET') => fetch(`${sandbox.url}${path}`, { method });
const json = async (path: string): Promise<never> => (await (await request(path)).json()) as never;

const nothing = { total: 0, recipients: 0, most: 0, answers: {}, callbacks: noCallbacks };

describe('the messages of the sandbox', () => {
  it('are counted: all, recipients, the most to one', async () => {
    expect(await sandbox.summary()).toEqual(nothing);
    await sandbox.post(hello);
    await sandbox.post(hello);
    await sandbox.post({ ...hello, To: '+15005550011' });
    await sandbox.post({ ...hello, To: '+15005550001' });
    expect(await sandbox.summary()).toEqual({
      total: 3,
      recipients: 2,
      most: 2,
      answers: { 201: 3, 21211: 1 },
      callbacks: noCallbacks,
    });
  });

  it('are listed in pages that stay put, with every parameter as it came', async () => {
    for (let n = 0; n < 5; n++) await sandbox.post({ ...hello, Body: `No. ${n}`, MaxPrice: '0.02' });
    await sandbox.post({ ...hello, To: '+15005550011' });
    type Page = { messages: { body: string; sequence: number; parameters: unknown }[]; next: number | null };
    const first: Page = await json(`/sandbox/messages?limit=2&to=${encodeURIComponent(to)}`);
    const second: Page = await json(`/sandbox/messages?limit=10&after=${first.next}`);
    expect([...first.messages, ...second.messages].map(({ body }) => body)).toEqual([
      'No. 0',
      'No. 1',
      'No. 2',
      'No. 3',
      'No. 4',
      'Hello!',
    ]);
    expect(second.next).toBeNull();
    expect(first.messages[0]).toMatchObject({
      to,
      from,
      status: 'queued',
      accountSid: sandbox.accountSid,
      parameters: [
        ['From', from],
        ['To', to],
        ['Body', 'No. 0'],
        ['MaxPrice', '0.02'],
      ],
    });
  });

  it('are forgotten on demand', async () => {
    await sandbox.post(hello);
    expect((await request('/sandbox/messages', 'DELETE')).status).toBe(204);
    expect(await sandbox.summary()).toEqual(nothing);
    expect(await json('/sandbox/messages')).toEqual({ messages: [], next: null });
  });

  it('say what is wrong with a query', async () => {
    const response = await request('/sandbox/messages?limit=0&form=1');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      problems: [{ path: 'limit' }, { message: expect.stringContaining('form') }],
    });
  });
});

describe('the fault switch', () => {
  it('shows the rules with their use, and takes them away', async () => {
    const put = await sandbox.putFaults({ rules: [{ to, status: 500, times: 2 }] });
    expect(await put.json()).toEqual({ rules: [{ on: 'create', to, status: 500, times: 2, used: 0 }] });
    await sandbox.post(hello);
    expect(await json('/sandbox/faults')).toEqual({ rules: [{ on: 'create', to, status: 500, times: 2, used: 1 }] });
    expect((await request('/sandbox/faults', 'DELETE')).status).toBe(204);
    expect(await json('/sandbox/faults')).toEqual({ rules: [] });
    expect((await sandbox.post(hello)).status).toBe(201);
  });

  it.each([
    [[{ tow: to, status: 500 }], 'rules.0', /tow/],
    [[{ status: 500 }, { status: 99 }], 'rules.1.status', />=\s?200/],
    [[{ status: 500, times: 0 }], 'rules.0.times', />=\s?1/],
    [[{ status: 500, rate: 2 }], 'rules.0.rate', /<=\s?1/],
    [[{ drop: 'during' }], 'rules.0.drop', /before/],
    [[{ to }], 'rules.0', /does nothing/],
    [[{ drop: 'after', status: 500 }], 'rules.0', /drop sends no answer/],
    [
      [{ on: 'callback', status: 500, accept: true }],
      'rules.0',
      /^status, accept: not on callback, .*latencyMs, repeat/,
    ],
    [[{ on: 'callback', delivery: 'undelivered' }], 'rules.0', /^delivery: not on callback/],
    [[{ on: 'callback', rate: 0.5 }], 'rules.0', /does nothing: give one of latencyMs, drop, repeat$/],
    [[{ on: 'callback', drop: 'after' }], 'rules.0', /drop: before/],
    [[{ on: 'callback', drop: 'before', repeat: 1 }], 'rules.0', /never sent/],
    [[{ repeat: 2 }], 'rules.0', /^repeat: not on create/],
    [[{ on: 'list', delivery: 'undelivered' }], 'rules.0', /^delivery: not on list/],
    [[{ errorCode: 30003, status: 500 }], 'rules.0', /add delivery/],
    [[{ delivery: 'undelivered', status: 500 }], 'rules.0', /accept: true/],
    ['nonsense', '', /object/],
  ])('refuses %j and says where and why', async (rules, path, message) => {
    const response = await sandbox.putFaults(rules);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ problems: [{ path, message: expect.stringMatching(message) }] });
    expect(await json('/sandbox/faults')).toEqual({ rules: [] });
  });

  it('refuses what is not JSON', async () => {
    const response = await fetch(`${sandbox.url}/sandbox/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{',
    });
    expect(response.status).toBe(400);
  });
});
