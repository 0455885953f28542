import { silentLog } from '@quailrunner/telemetry';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimRuns, type MonitorStage, openMonitorStage } from '../../../test/support/monitor-stage.js';
import { openDesk } from './console/desk.js';
import { addRoutes } from './routes.js';
import { openServer } from './server.js';
import { createFirstUser } from './sign-in/first-user.js';
import { openThrottle } from './sign-in/throttle.js';

type Method = NonNullable<InjectOptions['method']>;

let stage: MonitorStage;
let app: FastifyInstance;
const routes: { method: Method; url: string }[] = [];
const apiToken = 'the-token-of-the-api';
const clock = { now: 0 };

beforeAll(async () => {
  stage = await openMonitorStage();
  await claimRuns(stage.ledger, 'welcome-sms', 3);
  app = await openServer({}, silentLog);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one as Method, url });
  });
  await createFirstUser(stage.password, { ledger: stage.ledger, log: silentLog });
  const publicUrl = 'https://quail.example.com';
  const options = { encryptionKey: Buffer.alloc(32, 1), apiToken, publicUrl, hostNames: ['quail.example.com'] };
  await addRoutes(app, options, {
    ...stage,
    log: silentLog,
    desk: openDesk({}),
    throttle: openThrottle(() => clock.now),
    reach: () => {},
  });
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await stage.close();
});

const openRoutes = ['/healthz', '/readyz', '/assets/*', '/sign-in'];

const fill = (url: string): string =>
  url
    .replace('/assets/*', '/assets/style.css')
    .replaceAll(/:queueName/g, '%7Blane-1%7D')
    .replaceAll(/:\w+|\*/g, 'x');

describe('without a session', () => {
  it('nothing answers but health, the sign-in page and its assets, and what Twilio signed', async () => {
    expect(routes.length).toBeGreaterThan(40);
    const answers = await Promise.all(
      routes.map(async ({ method, url }) => {
        const answer = await app.inject({ method, url: fill(url), headers: { accept: 'text/html' } });
        return { method, url, status: answer.statusCode, location: answer.headers.location, body: answer.body };
      }),
    );
    for (const { method, url, status, location, body } of answers) {
      const isOpen = openRoutes.includes(url);
      const isRefused =
        status === 401 ||
        (url === '/twilio/receipts' && status === 403) ||
        (url === '/twilio/messages' && status === 400) ||
        (status === 303 && location?.startsWith('/sign-in'));
      expect([method, url, isOpen || isRefused]).toEqual([method, url, true]);
      if (!isOpen) expect([url, body.includes('welcome-sms')]).toEqual([url, false]);
    }
  });

  it('an address that leads nowhere is as closed as one that does', async () => {
    expect((await app.inject('/no/such/page')).headers.location).toBe('/sign-in?next=%2Fno%2Fsuch%2Fpage');
    expect((await app.inject('/api/v1/no-such-thing')).statusCode).toBe(401);
    expect((await app.inject('/queues/api/no-such-thing')).statusCode).toBe(401);
    expect((await app.inject({ method: 'DELETE', url: '/api/v1/tasks' })).statusCode).toBe(401);
  });

  it('the API says what it wants as problem details', async () => {
    const answer = await app.inject('/api/v1/stats');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.headers['www-authenticate']).toContain('Bearer');
    expect(answer.json()).toMatchObject({ status: 401, title: 'Sign in first' });
  });

  it('a link from another site gets a second chance to bring the cookie', async () => {
    const answer = await app.inject({ url: '/queues', headers: { 'sec-fetch-site': 'cross-site' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<meta http-equiv="refresh" content="0">');
  });
});

describe('with the API token', () => {
  const authorization = `Bearer ${apiToken}`;

  it('the API answers', async () => {
    const answer = await app.inject({ url: '/api/v1/tasks', headers: { authorization } });
    expect(answer.json()).toMatchObject({ items: [{ name: 'welcome-sms', runs: { pending: 3, completed: 0 } }] });
    const stats = await app.inject({ url: '/api/v1/stats', headers: { authorization } });
    expect(stats.json()).toMatchObject({ runs: { pending: 3 }, stores: { ledger: 'ok', redis: 'ok' } });
  });

  it('nothing else does', async () => {
    for (const url of ['/', '/queues', '/queues/api/queues', '/overview/part']) {
      expect([303, 401]).toContain((await app.inject({ url, headers: { authorization } })).statusCode);
    }
  });

  it('a wrong one opens nothing', async () => {
    const headers = { authorization: 'Bearer the-token-of-the-apj' };
    expect((await app.inject({ url: '/api/v1/tasks', headers })).statusCode).toBe(401);
  });
});

describe('every answer', () => {
  it('lets a browser load from us only, and keep nothing', async () => {
    const { headers } = await app.inject('/sign-in');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toMatch(/https?:|unsafe/);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('is refused under a name that is not ours, but for health', async () => {
    const headers = { host: 'evil.test' };
    expect((await app.inject({ url: '/sign-in', headers })).statusCode).toBe(421);
    expect((await app.inject({ url: '/assets/style.css', headers })).statusCode).toBe(421);
    expect((await app.inject({ url: '/healthz', headers })).statusCode).toBe(200);
  });

  it('to a body that is too large or broken is a plain no', async () => {
    const large = await app.inject({
      method: 'POST',
      url: '/sign-in',
      body: 'x'.repeat(100_000),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(large.statusCode).toBe(413);
    const broken = await app.inject({
      method: 'POST',
      url: '/sign-in',
      body: '{',
      headers: { 'content-type': 'application/json' },
    });
    expect(broken.statusCode).toBe(400);
    expect(large.body + broken.body).not.toMatch(/\.[jt]s:\d|node_modules/);
  });

  it('never comes from outside the folder of assets', async () => {
    for (const path of ['..%2fpackage.json', '%2e%2e/package.json', '..\\package.json']) {
      expect([403, 404, 303]).toContain((await app.inject(`/assets/${path}`)).statusCode);
    }
  });
});

describe('signing in', () => {
  const send = (password: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ name: 'admin', password }).toString(),
    });

  it('slows a guesser down, and lets even the right password wait', async () => {
    const guesses = await Promise.all(Array.from({ length: 8 }, () => send('guess')));
    expect(guesses.map((answer) => answer.statusCode).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const refused = await send(stage.password);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(refused.body).toContain('Wait 1 second,');
    clock.now += 1_000;
    expect((await send(stage.password)).statusCode).toBe(303);
  });

  it('under the public address takes the proxy to speak TLS, even if it forgets to say so', async () => {
    const answer = await send(stage.password, { host: 'quail.example.com', origin: 'https://quail.example.com' });
    expect(answer.headers['set-cookie']).toMatch(/; Secure; SameSite=Strict$/);
  });
});
