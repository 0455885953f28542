import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { appRoutes } from '@bull-board/api/dist/routes.js';
import { type Role, roles } from '@quailrunner/domain';
import { createUser, feedRuns, hashPassword, readAudit, readRun } from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ann } from '../../../../test/support/index.js';
import {
  claimRuns,
  endRuns,
  type MonitorStage,
  openMonitorStage,
  signIn,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let url: string;
let laneId: number;
let queueName: string;
const cookies = {} as Record<Role, string>;

beforeAll(async () => {
  stage = await openMonitorStage();
  laneId = await claimRuns(stage.ledger, 'welcome-sms', 30);
  await endRuns(stage, laneId, { completed: 6, failed: 9 });
  url = (await stage.startMonitor()).url;
  const passwordHash = await hashPassword(stage.password);
  for (const role of roles) {
    await createUser(stage.ledger, { name: `the-${role}`, role, passwordHash }, ann);
    cookies[role] = await signIn(url, stage.password, `the-${role}`);
  }
  queueName = (await readBoard('viewer'))[0]?.name ?? '';
});
afterAll(() => stage.close());

interface Shown {
  readonly name: string;
  readonly readOnlyMode: boolean;
  readonly allowRetries: boolean;
  readonly allowCompletedRetries: boolean;
  readonly jobs: readonly { readonly id: string; readonly isFailed: boolean; readonly failedReason: string }[];
}

const readBoard = async (role: Role, query = ''): Promise<readonly Shown[]> => {
  const answer = await fetch(`${url}/queues/api/queues${query}`, { headers: { cookie: cookies[role] } });
  return ((await answer.json()) as { queues: readonly Shown[] }).queues;
};

const readLane = async (role: Role, status: string): Promise<Shown> => {
  const query = `?activeQueue=${encodeURIComponent(queueName)}&status=${status}&page=1&jobsPerPage=100`;
  const lane = (await readBoard(role, query)).find(({ name }) => name === queueName);
  if (lane === undefined) throw new Error('the board does not show the lane');
  return lane;
};

/** What Bull Board's page sends back, of what its page was given. */
const readToken = async (role: Role): Promise<string> => {
  const page = await fetch(`${url}/queues`, { headers: { cookie: cookies[role] } });
  const given = page.headers.getSetCookie().find((line) => line.startsWith('XSRF-TOKEN='));
  expect(given).toContain('; Path=/queues; SameSite=Strict');
  return /=([^;]+)/.exec(given ?? '')?.[1] ?? '';
};

const send = async (role: Role, method: string, path: string) => {
  const cookie = cookies[role];
  const headers = { cookie, 'content-type': 'application/json', 'x-xsrf-token': await readToken(role) };
  const answer = await fetch(`${url}/queues${path}`, { method, headers, body: '{}' });
  const body = (answer.status === 204 ? {} : await answer.json()) as { error?: string; message?: string };
  return { status: answer.status, allow: answer.headers.get('allow'), ...body };
};

const retry = (role: Role, jobId: string) =>
  send(role, 'PUT', `/api/queues/${encodeURIComponent(queueName)}/${jobId}/retry`);

/** All that Redis holds, but for what it forgets by itself, and the lane's runs. */
const readEverything = async () => {
  const held: Record<string, string | undefined> = {};
  for (const key of (await stage.redis.keys('*')).toSorted()) {
    if ((await stage.redis.ttl(key)) === -1) held[key] = (await stage.redis.dumpBuffer(key))?.toString('base64');
  }
  const runs = await Promise.all(Array.from({ length: 30 }, (_, n) => readRun(stage.ledger, String(n + 1))));
  return { held, runs: runs.map((run) => [run?.state, run?.dispatch]) };
};

const fill = (route: string): string =>
  route
    .replace(':queueName', encodeURIComponent(queueName))
    .replace(':jobId', 'r_1_1')
    .replace(':queueStatus', 'failed')
    .replace(':schedulerId', 'x');

const retryRoute = '/api/queues/:queueName/:jobId/retry';
const routes = [appRoutes.entryPoint, ...appRoutes.api].flatMap(({ route }) => [route].flat());
const writes = ['POST', 'PUT', 'PATCH', 'DELETE'];

describe.each(roles)('to the %s', (role) => {
  it('every write that the installed Bull Board knows is refused with a word, and nothing happens', async () => {
    const before = await readEverything();
    expect(appRoutes.api.filter(({ method }) => method !== 'get').length).toBeGreaterThan(20);
    for (const route of [...new Set(routes), '', '/no/such/thing', '/static/js/main.js']) {
      for (const method of writes) {
        if (role !== 'viewer' && route === retryRoute && method === 'PUT') continue;
        const { status, allow, error, message } = await send(role, method, fill(route));
        expect([method, route, status, allow]).toEqual([method, route, 405, 'GET, HEAD']);
        expect(error).toMatch(/^(?:Bull Board does not do this|Your role only looks)$/);
        expect(message).toMatch(/\/lanes|\/retries\/new|operator/);
      }
    }
    expect(await readEverything()).toEqual(before);
  }, 60_000);

  it('whatever only reads is answered, and changes nothing either', async () => {
    const before = await readEverything();
    for (const { method, route } of [appRoutes.entryPoint, ...appRoutes.api]) {
      if (method !== 'get') continue;
      for (const one of [route].flat()) {
        const answer = await fetch(`${url}/queues${fill(one)}`, { headers: { cookie: cookies[role] } });
        // The list of workers is off.
        expect([one, answer.status]).toEqual([one, one.endsWith('/workers') ? 403 : 200]);
      }
    }
    expect(await readEverything()).toEqual(before);
  });
});

describe('the retry of one failed job', () => {
  it('is not for viewers: nothing happens', async () => {
    const [job] = (await readLane('viewer', 'failed')).jobs;
    const runId = job?.id.split('_')[1] ?? '';
    expect(await retry('viewer', job?.id ?? '')).toMatchObject({ status: 405, error: 'Your role only looks' });
    expect(await readRun(stage.ledger, runId)).toMatchObject({ state: 'failed' });
  });

  it.each(['operator', 'admin'] as const)(
    'by the %s lets the run wait again, and its old job doesn’t keep it from being sent',
    async (role) => {
      const job = (await readLane(role, 'failed')).jobs.find(({ isFailed }) => isFailed);
      const [, runId = ''] = job?.id.split('_') ?? [];
      expect(await retry(role, job?.id ?? '')).toMatchObject({ status: 204 });
      expect(await readRun(stage.ledger, runId)).toMatchObject({ state: 'pending', attempts: 0, dispatch: 1 });
      const [act] = await readAudit(stage.ledger, { limit: 1 });
      expect(act).toMatchObject({
        act: 'run.retried',
        by: { name: `the-${role}` },
        subject: { kind: 'run', id: runId },
      });

      const old = await stage.queue.boardQueue(laneId).getJob(job?.id ?? '');
      expect([await old?.getState(), old?.attemptsMade, old?.failedReason]).toEqual([
        'failed',
        1,
        '21211: not a valid phone number',
      ]);

      const [fed] = await feedRuns(stage.ledger, { laneId, highWater: 1_000 });
      expect(fed).toMatchObject({ runId, dispatch: 2 });
      if (fed === undefined) return;
      await stage.queue.addRuns(laneId, [fed]);
      expect(await stage.queue.missingJobs(laneId, [fed])).toEqual([]);
    },
  );

  it('is refused with a word where the run is failed no more, and its button is gone', async () => {
    const [job] = (await readLane('operator', 'failed')).jobs.filter(({ isFailed }) => isFailed);
    const [, runId = ''] = job?.id.split('_') ?? [];
    const answers = await Promise.all([retry('operator', job?.id ?? ''), retry('admin', job?.id ?? '')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    expect(await retry('operator', job?.id ?? '')).toMatchObject({
      status: 409,
      error: `Run ${runId} is pending now`,
      message: 'Only a run that is failed can be retried. Its page tells what has become of it.',
    });
    const now = (await readLane('operator', 'failed')).jobs.find(({ id }) => id === job?.id);
    expect(now).toMatchObject({
      isFailed: false,
      failedReason: '21211: not a valid phone number (the run is pending now)',
    });
  });

  it('of a job that was completed, of another queue or of nobody is refused', async () => {
    const [completed] = (await readLane('operator', 'completed')).jobs;
    expect(await retry('operator', completed?.id ?? '')).toMatchObject({ status: 409 });
    for (const jobId of ['r_7000_1', 'r_99999999999999999999_1', 'x', '1', 'r_1_1x']) {
      expect(await retry('operator', jobId)).toMatchObject({ status: 404, error: 'There is no such run' });
    }
    expect(await send('operator', 'PUT', '/api/queues/no-such-queue/r_1_1/retry')).toMatchObject({ status: 404 });
  });

  it('is taken from the board’s own page only', async () => {
    const job = (await readLane('operator', 'failed')).jobs.find(({ isFailed }) => isFailed);
    const path = `${url}/queues/api/queues/${encodeURIComponent(queueName)}/${job?.id}/retry`;
    const cookie = cookies.operator;
    const answers = await Promise.all([
      fetch(path, { method: 'PUT', headers: { cookie } }),
      fetch(path, { method: 'PUT', headers: { cookie, 'x-xsrf-token': await readToken('admin') } }),
      fetch(path, { method: 'PUT', headers: { cookie, 'sec-fetch-site': 'cross-site' } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    const said = (await Promise.all(answers.map((answer) => answer.json()))) as { message?: string }[];
    expect(said.map(({ message }) => message?.slice(0, 18))).toEqual([
      'You have signed in',
      'You have signed in',
      'Writes are taken f',
    ]);
    expect((await readLane('operator', 'failed')).jobs.find(({ id }) => id === job?.id)?.isFailed).toBe(true);
  });
});

describe('the buttons', () => {
  const shown = async (role: Role, status: string) => {
    const { readOnlyMode, allowRetries, allowCompletedRetries } = await readLane(role, status);
    return { readOnlyMode, allowRetries, allowCompletedRetries };
  };
  const none = { readOnlyMode: true, allowRetries: false, allowCompletedRetries: false };

  it('are there for those who may retry, where there is something to retry', async () => {
    const some = { readOnlyMode: false, allowRetries: true, allowCompletedRetries: false };
    for (const role of ['operator', 'admin'] as const) {
      for (const status of ['failed', 'latest']) expect(await shown(role, status)).toEqual(some);
      for (const status of ['waiting', 'completed', 'delayed']) expect(await shown(role, status)).toEqual(none);
      expect((await readBoard(role)).every(({ readOnlyMode }) => readOnlyMode)).toBe(true);
    }
    for (const status of ['failed', 'latest', 'waiting']) expect(await shown('viewer', status)).toEqual(none);
  });

  it('that would be refused are hidden by names which the installed page has', async () => {
    const style = await (await fetch(`${url}/assets/board.css`)).text();
    const rule = style.slice(style.indexOf('*/'));
    const require = createRequire(import.meta.url);
    const dist = join(dirname(require.resolve('@bull-board/ui/package.json')), 'dist/static/css');
    const { version } = require('@bull-board/ui/package.json') as { version: string };
    const { dependencies } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(dependencies['@bull-board/ui']).toBe(version);
    const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.css'));
    const sheets = await Promise.all(files.map((file) => readFile(join(dist, file), 'utf8')));
    const names = rule.match(/\.[\w-]+(?=\s|,|:)/g)?.filter((name) => !name.startsWith('.lucide')) ?? [];
    expect(names).toHaveLength(4);
    for (const name of names) expect(sheets.join()).toContain(name);
  });
});
