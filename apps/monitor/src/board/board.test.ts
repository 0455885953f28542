import { ensureLane } from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  canaries,
  claimRuns,
  endRuns,
  type MonitorStage,
  openMonitorStage,
  signIn,
} from '../../../../test/support/monitor-stage.js';

let stage: MonitorStage;
let url: string;
let cookie: string;
let laneId: number;

beforeAll(async () => {
  stage = await openMonitorStage();
  laneId = await claimRuns(stage.ledger, 'welcome-sms', 30);
  await endRuns(stage, laneId, { completed: 12, failed: 3 });
  url = (await stage.startMonitor()).url;
  cookie = await signIn(url, stage.password);
});
afterAll(() => stage.close());

interface Board {
  readonly queues: readonly {
    readonly name: string;
    readonly displayName: string;
    readonly readOnlyMode: boolean;
    readonly counts: Record<string, number>;
    readonly jobs: readonly { readonly id: string; readonly name: string; readonly failedReason?: string }[];
  }[];
}

const get = (path: string): Promise<Response> => fetch(`${url}/queues${path}`, { headers: { cookie } });
const readBoard = async (query = ''): Promise<Board> => (await get(`/api/queues${query}`)).json() as Promise<Board>;

const readLane = async () => {
  const lane = (await readBoard()).queues.find(({ name }) => name.endsWith(`{lane-${laneId}}`));
  if (lane === undefined) throw new Error('the board does not show the lane');
  return { ...lane, path: encodeURIComponent(lane.name) };
};

describe('Bull Board', () => {
  it('shows the lane by its masked name, with its jobs', async () => {
    const lane = await readLane();
    expect(lane).toMatchObject({ displayName: 'twilio/AC0000…0007/•••06', readOnlyMode: true });
    expect(lane.counts).toMatchObject({ waiting: 15, completed: 12, failed: 3, active: 0 });
    const failed = (await readBoard(`?activeQueue=${lane.path}&status=failed&page=1&jobsPerPage=10`)).queues;
    const jobs = failed.find(({ name }) => name === lane.name)?.jobs ?? [];
    expect(jobs.length).toBe(3);
    expect(jobs[0]).toMatchObject({ name: 'welcome-sms', failedReason: '21211: not a valid phone number' });
  });

  it('shows a lane that came after the monitor had started', async () => {
    await ensureLane(stage.ledger, 'host/hooks.example.com');
    await expect.poll(async () => (await readBoard()).queues.length, { timeout: 5_000 }).toBe(2);
  });

  it('holds nothing personal and no sender in any of its answers', async () => {
    const { path } = await readLane();
    const { jobs = [] } =
      (await readBoard(`?activeQueue=${path}&status=latest&page=1&jobsPerPage=100`)).queues[0] ?? {};
    expect(jobs.length).toBe(30);
    const ofQueue = ['metrics/completed', 'rate-limit', 'default-job-options', 'job-data-schema', 'workers'];
    const ofJob = jobs.flatMap(({ id }) => [`${path}/${id}`, `${path}/${id}/logs`, `${path}/${id}/flow`]);
    const paths = [
      '/',
      `/queue/${path}`,
      '/api/job-schedulers',
      '/api/redis/stats',
      ...['latest', 'waiting', 'active', 'completed', 'failed', 'delayed'].map(
        (status) => `/api/queues?activeQueue=${path}&status=${status}&page=1&jobsPerPage=100`,
      ),
      ...[...ofQueue.map((part) => `${path}/${part}`), ...ofJob].map((part) => `/api/queues/${part}`),
    ];
    const answers = await Promise.all(paths.map(async (part) => (await get(part)).text()));
    for (const secret of Object.values(canaries)) {
      for (const form of [secret, secret.replace('+', ''), encodeURIComponent(secret)]) {
        expect(answers.filter((answer) => answer.includes(form))).toEqual([]);
      }
    }
  });

  it('takes out of a reason what a worker should not have written there, and every stack', async () => {
    const { path } = await readLane();
    const consumer = stage.queue.openConsumer(laneId, { concurrency: 1 }, async () => ({
      state: 'failed',
      failure: `no route to ${canaries.phone}`,
    }));
    const read = async () =>
      (await readBoard(`?activeQueue=${path}&status=failed&page=1&jobsPerPage=100`)).queues[0]?.jobs ?? [];
    await expect.poll(async () => (await read()).length, { timeout: 10_000 }).toBe(18);
    await consumer.close(5_000);
    const [newest] = await read();
    expect(newest).toMatchObject({ failedReason: 'no route to •••78', stacktrace: [] });
    const answer = await (await get(`/api/queues/${path}/${newest?.id}`)).text();
    expect(answer).toContain('no route to •••78');
    expect(answer).not.toMatch(/\.[jt]s:\d/);
  });

  it('changes nothing: every write is refused, and nothing happens', async () => {
    const { path, counts } = await readLane();
    const writes: [method: string, path: string][] = [
      ['PUT', '/api/queues/pause'],
      ['PUT', '/api/queues/resume'],
      ...[
        'pause',
        'empty',
        'obliterate',
        'promote',
        'retry/failed',
        'clean/completed',
        'concurrency',
        'rate-limit',
      ].map((act): [string, string] => ['PUT', `/api/queues/${path}/${act}`]),
      ['POST', `/api/queues/${path}/add`],
      ['PUT', `/api/queues/${path}/r_1_1/retry`],
      ['PUT', `/api/queues/${path}/r_1_1/clean`],
      ['PATCH', `/api/queues/${path}/r_1_1/update-data`],
    ];
    for (const [method, part] of writes) {
      const headers = { cookie, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/queues${part}`, { method, headers, body: '{}' });
      expect([part, answer.status, answer.headers.get('allow')]).toEqual([part, 405, 'GET, HEAD']);
    }
    expect((await readLane()).counts).toEqual(counts);
  });

  it('loads nothing from elsewhere', async () => {
    const answer = await get('/');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('content-security-policy')).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe/);
    const html = await answer.text();
    expect(html).toContain('id="root"');
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const script = /src="(static\/js\/main[^"]+)"/.exec(html)?.[1];
    expect((await get(`/${script}`)).headers.get('content-type')).toContain('javascript');
  });
});
