/** Who may do what: every route that there is, with the least role that gets through to it. */
import { Writable } from 'node:stream';
import type { Role } from '@quailrunner/domain';
import { createUser, hashPassword } from '@quailrunner/ledger';
import { openLog } from '@quailrunner/telemetry';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann } from '../../../test/support/index.js';
import {
  canaries,
  claimRuns,
  endRuns,
  type MonitorStage,
  openMonitorStage,
} from '../../../test/support/monitor-stage.js';
import { openDesk } from './console/desk.js';
import { addRoutes } from './routes.js';
import { openServer } from './server.js';
import { openThrottle } from './sign-in/throttle.js';

type Method = NonNullable<InjectOptions['method']>;
type Least = Role | 'nobody' | 'twilio';

/**
 * A route that isn't here fails the test: whoever adds one says who may. Bull Board's own follow a rule, below; the API has a
 * table in its own test.
 */
const table: Readonly<Record<string, Least>> = {
  'GET /healthz': 'nobody',
  'GET /readyz': 'nobody',
  'GET /assets/*': 'nobody',
  'GET /sign-in': 'nobody',
  'POST /sign-in': 'nobody',
  'POST /twilio/receipts': 'twilio',
  'POST /twilio/messages': 'twilio',
  'GET /': 'viewer',
  'GET /account': 'viewer',
  'GET /audit': 'admin',
  'GET /events': 'viewer',
  'GET /lanes': 'viewer',
  'GET /lanes/part': 'viewer',
  'GET /overview/curve': 'viewer',
  'GET /overview/now': 'viewer',
  'GET /overview/part': 'viewer',
  'GET /people': 'admin',
  'GET /retries': 'viewer',
  'GET /retries/new': 'operator',
  'GET /retries/part': 'viewer',
  'GET /runs': 'viewer',
  'GET /runs/:id': 'viewer',
  'GET /runs/:id/part': 'viewer',
  'GET /tasks': 'viewer',
  'GET /tasks/:name': 'viewer',
  'GET /tasks/:name/edit': 'operator',
  'GET /tasks/:name/file': 'operator',
  'GET /tasks/:name/part': 'viewer',
  'GET /tasks/:name/plan': 'operator',
  'GET /tasks/:name/plan/part': 'operator',
  'GET /tasks/new': 'operator',
  'GET /tasks/part': 'viewer',
  'GET /tokens': 'admin',
  'POST /account/password': 'viewer',
  'POST /account/sessions/end': 'viewer',
  'POST /lanes/:id/pause': 'operator',
  'POST /lanes/:id/rate': 'operator',
  'POST /lanes/:id/resume': 'operator',
  'POST /people': 'admin',
  'POST /people/:name/disable': 'admin',
  'POST /people/:name/enable': 'admin',
  'POST /people/:name/password': 'admin',
  'POST /people/:name/role': 'admin',
  'POST /retries': 'operator',
  'POST /retries/:id/stop': 'operator',
  'POST /runs/:id/cancel': 'operator',
  'POST /runs/:id/resolve': 'operator',
  'POST /runs/:id/retry': 'operator',
  'POST /runs/:id/reveal': 'operator',
  'POST /runs/cancel': 'operator',
  'POST /runs/retry': 'operator',
  'POST /sign-out': 'viewer',
  'POST /tasks/:name/pause': 'operator',
  'POST /tasks/:name/resume': 'operator',
  'POST /tasks/:name/send-test': 'operator',
  'POST /tasks/action': 'operator',
  'POST /tasks/draft': 'operator',
  'POST /tasks/look': 'operator',
  'POST /tasks/review': 'operator',
  'POST /tasks/review/plan': 'operator',
  'POST /tasks/save': 'operator',
  'POST /tokens': 'admin',
  'POST /tokens/:name/revoke': 'admin',
};

const password = 'correct horse battery';
const roles: readonly Role[] = ['viewer', 'operator', 'admin'];

let stage: MonitorStage;
let app: FastifyInstance;
let logged = '';
const routes: { method: Method; url: string }[] = [];
const sessions = new Map<Role, { cookie: string; token: string }>();

beforeAll(async () => {
  stage = await openMonitorStage();
  await endRuns(stage, await claimRuns(stage.ledger, 'welcome-sms', 8), { completed: 2, failed: 2 });
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      logged += chunk;
      done();
    },
  });
  const log = openLog({ app: 'monitor', level: 'debug', format: 'json', stream });
  app = await openServer({}, log);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one as Method, url });
  });
  const options = { encryptionKey: Buffer.alloc(32, 1), publicUrl: 'https://quail.example.com', hostNames: [] };
  const deps = { ...stage, log, desk: openDesk({}), throttle: openThrottle(Date.now), reach: () => {} };
  await addRoutes(app, options, deps);
  await app.ready();
  const passwordHash = await hashPassword(password);
  for (const role of roles) {
    await createUser(stage.ledger, { name: role, role, passwordHash }, ann);
    sessions.set(role, await signIn(role));
  }
});
afterAll(async () => {
  await app.close();
  await stage.close();
});

const signIn = async (name: string): Promise<{ cookie: string; token: string }> => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ name, password }).toString();
  const answer = await app.inject({ method: 'POST', url: '/sign-in', headers, body });
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
  const page = await app.inject({ url: '/account', headers: { cookie, accept: 'text/html' } });
  return { cookie, token: /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '' };
};

const fill = (url: string): string =>
  url
    .replace('/assets/*', '/assets/style.css')
    .replaceAll(/:queueName/g, '%7Blane-1%7D')
    .replaceAll(/:\w+|\*/g, 'x');

const ask = async ({ method, url }: (typeof routes)[number], role: Role | undefined) => {
  const session = role && sessions.get(role);
  const headers = {
    accept: 'text/html',
    ...(session && { cookie: session.cookie, 'x-csrf-token': session.token }),
    ...(method !== 'GET' && {
      'content-type':
        url.startsWith('/queues') || url.startsWith('/api') ? 'application/json' : 'application/x-www-form-urlencoded',
    }),
  };
  const payload =
    method === 'GET' ? {} : { payload: url.startsWith('/queues') || url.startsWith('/api') ? '{}' : 'a=b' };
  return app.inject({ method, url: fill(url), headers, ...payload });
};

const isLetThrough = ({ statusCode, headers }: Awaited<ReturnType<typeof ask>>): boolean =>
  statusCode !== 401 &&
  statusCode !== 403 &&
  statusCode !== 405 &&
  !/^\/sign-in(?:\?|$)/.test(String(headers.location ?? ''));

const isOfApi = (url: string): boolean => url.startsWith('/api/');

const isOfBoard = (url: string): boolean => url.startsWith('/queues');

/** Bull Board's pages are for all who signed in, and of its writes only the retry of one job is taken. */
const ofBoard = (method: string, url: string): Least | 'no one' => {
  if (method === 'GET') return 'viewer';
  return method === 'PUT' && url.endsWith('/:jobId/retry') ? 'operator' : 'no one';
};

/** An endless answer, and the end of the session: asked for by themselves. */
const apart = ['GET /events', 'POST /sign-out', 'POST /account/sessions/end'];

describe('each route', () => {
  it('is in the table', () => {
    const there = routes
      .filter(({ url }) => !isOfBoard(url) && !isOfApi(url))
      .map(({ method, url }) => `${method} ${url}`);
    expect([...new Set(there)].sort()).toEqual(Object.keys(table).sort());
  });

  it('lets those through who may, and nobody else', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      const name = `${route.method} ${route.url}`;
      if (apart.includes(name) || isOfApi(route.url)) continue;
      const least = isOfBoard(route.url) ? ofBoard(route.method, route.url) : table[name];
      for (const role of [undefined, ...roles]) {
        const answer = await ask(route, role);
        if (least === 'nobody' || least === 'twilio') {
          if ((role === undefined && answer.statusCode === 303) || answer.statusCode >= 500)
            wrong.push(`${name} ${role}: ${answer.statusCode}`);
          continue;
        }
        const may = role !== undefined && least !== 'no one' && roles.indexOf(role) >= roles.indexOf(least as Role);
        const answered = isLetThrough(answer);
        if (answered !== may || answer.statusCode >= 500) wrong.push(`${name} ${role}: ${answer.statusCode}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('refuses a viewer every write but their own sign-out and account', async () => {
    const own = ['/sign-in', '/sign-out', '/account/password', '/account/sessions/end'];
    const writes = routes.filter(
      ({ method, url }) => method !== 'GET' && !own.includes(url) && !url.startsWith('/twilio/'),
    );
    expect(writes.length).toBeGreaterThan(30);
    for (const route of writes) {
      expect([route, [403, 405].includes((await ask(route, 'viewer')).statusCode)]).toEqual([route, true]);
    }
  });

  it('writes nothing personal and no secret into the log', () => {
    expect(logged).toContain('user.signed_in');
    for (const canary of [...Object.values(canaries), password]) {
      for (const form of [canary, canary.replace('+', ''), encodeURIComponent(canary)])
        expect(logged).not.toContain(form);
    }
  });
});
