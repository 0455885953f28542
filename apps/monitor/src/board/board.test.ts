import { appRoutes } from '@bull-board/api/dist/routes.js';
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
    readonly isPaused: boolean;
    readonly description?: string;
    readonly jobs: readonly Job[];
  }[];
}

interface Job {
  readonly id: string;
  readonly name: string;
  readonly failedReason?: string;
  readonly finishedOn?: number;
  readonly externalUrl?: object;
}

const get = (path: string): Promise<Response> => fetch(`${url}/queues${path}`, { headers: { cookie } });
const readBoard = async (query = ''): Promise<Board> => (await get(`/api/queues${query}`)).json() as Promise<Board>;

const readLane = async () => {
  const lane = (await readBoard()).queues.find(({ name }) => name.endsWith(`{lane-${laneId}}`));
  if (lane === undefined) throw new Error('the board does not show the lane');
  return { ...lane, path: encodeURIComponent(lane.name) };
};

type Lane = Awaited<ReturnType<typeof readLane>>;

const readJobs = async ({ name, path }: Lane, status: string, jobsPerPage = 100): Promise<readonly Job[]> => {
  const { queues } = await readBoard(`?activeQueue=${path}&status=${status}&page=1&jobsPerPage=${jobsPerPage}`);
  return queues.find((queue) => queue.name === name)?.jobs ?? [];
};

const stateOf = ({ failedReason, finishedOn }: Job): string =>
  failedReason ? 'failed' : finishedOn === undefined ? 'waiting' : 'completed';

/** Everywhere where a job of BullMQ holds what somebody gave to it. */
const plantCanaries = async ({ name }: Lane, jobId: string): Promise<void> => {
  const all = JSON.stringify(canaries);
  const key = `quailrunner:${name.split(' ').at(-1)}:${jobId}`;
  const isFailed = (await stage.redis.hexists(key, 'failedReason')) === 1;
  await stage.redis.hset(key, {
    name: `for ${canaries.firstName} ${canaries.phone}`,
    data: all,
    opts: JSON.stringify({ attempts: 1, ...canaries }),
    progress: all,
    returnvalue: all,
    stacktrace: JSON.stringify([`Error: ${all}\n    at send (/srv/quail/post.js:12:3)`]),
    deferredFailure: all,
    deid: canaries.phone,
    pb: canaries.sender,
    ...(isFailed && { failedReason: `no route to ${canaries.phone} with Bearer ${canaries.token}` }),
  });
  await stage.redis.rpush(`${key}:logs`, all);
};

/** Whatever the installed Bull Board answers when it is asked, of this lane and these jobs. */
const readAll = async ({ path }: Lane, jobIds: readonly string[]) => {
  const fill = (route: string) =>
    (route.includes(':jobId') ? jobIds : ['']).map((jobId) =>
      route.replace(':queueName', path).replace(':jobId', encodeURIComponent(jobId)),
    );
  const routes = [appRoutes.entryPoint, ...appRoutes.api.filter(({ method }) => method === 'get')];
  const paths = [
    ...routes.flatMap(({ route }) => [route].flat().flatMap(fill)),
    ...['latest', 'waiting', 'active', 'completed', 'failed', 'delayed'].map(
      (status) => `/api/queues?activeQueue=${path}&status=${status}&page=1&jobsPerPage=100`,
    ),
    // Mistakes.
    '/api/queues?status=none',
    '/api/queues?page=1e300',
    `/api/queues?activeQueue=${path}&status=failed&page=999999999999999999999`,
    `/api/queues?activeQueue=${path}&status=failed&page=1e300&jobsPerPage=1e300`,
    '/api/queues?activeQueue=%25E0%25A4%25A&status=failed',
    '/api/queues/no-such-queue/r_1_1',
    '/api/no-such-thing',
  ];
  return Promise.all(
    paths.map(async (each) => {
      const answer = await get(each);
      return { path: each, status: answer.status, body: await answer.text() };
    }),
  );
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

  it('holds nothing personal and no sender in any of its answers, whatever was put into Redis', async () => {
    const lane = await readLane();
    const shown = await readJobs(lane, 'latest');
    expect(shown.length).toBe(30);
    const jobs = ['completed', 'failed', 'waiting'].flatMap(
      (state) => shown.find((job) => stateOf(job) === state) ?? [],
    );
    expect(jobs.length).toBe(3);
    for (const { id } of jobs) await plantCanaries(lane, id);
    const answers = await readAll(lane, ['r_7_7', canaries.phone, ...jobs.map(({ id }) => id)]);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(20);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    for (const secret of Object.values(canaries)) {
      for (const form of [secret, secret.replace('+', ''), encodeURIComponent(secret)]) {
        expect(answers.filter(({ body }) => body.includes(form)).map(({ path }) => path)).toEqual([]);
      }
    }
    const failed = (await readJobs(lane, 'failed')).find(({ id }) => id === jobs[1]?.id);
    expect(failed).toMatchObject({
      failedReason: 'no route to •••78 with Bearer •••',
      stacktrace: [],
      data: {},
      opts: {},
    });
    expect(answers.map(({ body }) => body).join()).not.toMatch(/\.[jt]s:\d/);
  });

  it('doesn’t show jobs that no feed has written', async () => {
    const lane = await readLane();
    await stage.redis.lpush(`quailrunner:{lane-${laneId}}:wait`, canaries.phone);
    await stage.redis.hset(`quailrunner:{lane-${laneId}}:${canaries.phone}`, { name: 'x', data: '{}', opts: '{}' });
    expect((await readJobs(lane, 'waiting')).every(({ id }) => id.startsWith('r_'))).toBe(true);
    expect((await get(`/api/queues/${lane.path}/${canaries.phone}`)).status).toBe(404);
    await stage.redis.lrem(`quailrunner:{lane-${laneId}}:wait`, 1, canaries.phone);
  });

  it('links each job to the page of its run', async () => {
    const [job] = await readJobs(await readLane(), 'failed');
    const runId = /^r_(\d+)_1$/.exec(job?.id ?? '')?.[1];
    expect(job?.externalUrl).toEqual({ href: `/runs/${runId}`, displayText: `Run ${runId}` });
  });

  it('says which lane doesn’t send, and why', async () => {
    await stage.ask(`update quailrunner.lanes set state = 'held', reason = '20003: Authenticate' where id = ${laneId}`);
    const said = async () => {
      const { isPaused, description } = await readLane();
      return [isPaused, description];
    };
    await expect.poll(said, { timeout: 5_000 }).toEqual([true, 'held: 20003: Authenticate']);
  });

  it('shows a hundred jobs of a state at most, whatever is asked for', async () => {
    const runs = Array.from({ length: 150 }, (_, n) => ({
      runId: String(n + 5_000),
      dispatch: 1,
      task: 'welcome-sms',
    }));
    await stage.queue.addRuns(laneId, runs);
    expect(await readJobs(await readLane(), 'waiting', 100_000)).toHaveLength(100);
  });

  it('loads nothing from elsewhere', async () => {
    const answer = await get('/');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('content-security-policy')).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe/);
    const html = await answer.text();
    expect(html).toContain('id="root"');
    expect(html).toContain('href="/assets/board.css"');
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const script = /src="(static\/js\/main[^"]+)"/.exec(html)?.[1];
    const loaded = await get(`/${script}`);
    expect(loaded.headers.get('content-type')).toContain('javascript');
    expect(await loaded.text()).not.toMatch(/^\s*</);
  });
});
