/** For tests: a sandbox on a free port, and requests to it as any HTTP client would make them. */
import type { EventName } from '@quailrunner/telemetry';
import { type Sandbox, type SandboxOptions, startSandbox } from '../src/start.js';
import type { CallbackCounts } from '../src/status-callbacks.js';

export interface TestSandbox extends Sandbox {
  readonly accountSid: string;
  readonly messagesUrl: string;
  /** What the sandbox has logged. */
  readonly logged: { event: EventName; fields: unknown }[];
  post(form: string | Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  get(path: string): Promise<Response>;
  putFaults(rules: unknown): Promise<Response>;
  summary(): Promise<Summary>;
}

interface Summary {
  readonly total: number;
  readonly recipients: number;
  readonly most: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly callbacks: CallbackCounts;
}

export const from = '+15005550006';
export const to = '+15005550010';
export const hello = { From: from, To: to, Body: 'Hello!' };

export const noCallbacks: CallbackCounts = {
  delivered: 0,
  failed: 0,
  dropped: 0,
  skipped: 0,
  unsigned: 0,
  waiting: 0,
};

export const makeSandbox = async (options: Partial<SandboxOptions> = {}, now = Date.now): Promise<TestSandbox> => {
  const logged: TestSandbox['logged'] = [];
  const log = { emit: (event: EventName, fields: unknown) => void logged.push({ event, fields }), close: () => {} };
  const sandbox = await startSandbox({ port: 0, ...options }, { log, now });
  const account = sandbox.accounts[0] ?? { sid: `AC${'0'.repeat(32)}`, authToken: 'any' };
  const authorization = basic(account.sid, account.authToken);
  const messagesUrl = `${sandbox.url}/2010-04-01/Accounts/${account.sid}/Messages.json`;
  return {
    ...sandbox,
    accountSid: account.sid,
    messagesUrl,
    logged,
    post: (form, headers = {}) =>
      fetch(messagesUrl, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
      }),
    get: (path) => fetch(new URL(path, sandbox.url), { headers: { authorization } }),
    putFaults: (rules) =>
      fetch(`${sandbox.url}/sandbox/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rules),
      }),
    summary: async () => (await (await fetch(`${sandbox.url}/sandbox/messages?summary=1`)).json()) as never,
  };
};

export const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
