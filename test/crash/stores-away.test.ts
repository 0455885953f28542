/** What the processes do while a store is away, and after it has come back: Redis, the ledger, a source. */
import { Redis } from 'ioredis';
import { describe, expect, it, type TestContext } from 'vitest';
import { createTestRedis, waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers, everyone, smsTask } from '../support/tasks.js';
import { openTcpDoor, type TcpDoor } from '../support/tcp-door.js';

const apply = async (
  stage: Stage,
  name: string,
  more: { settings?: string; predicate?: string; body?: string } = {},
) => {
  const task = await stage.writeTask(name, smsTask({ name, ...more, settings: `every: 1s\n${more.settings ?? ''}` }));
  expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
};

const count = async (stage: Stage, where: string): Promise<number> => {
  const { rows } = await stage.ledger.query(`select count(*)::int as n from quailrunner.runs where ${where}`);
  return rows[0].n;
};

const until = (stage: Stage, runs: number, where: string, timeoutMs = 40_000) =>
  waitUntil(async () => (await count(stage, where)) === runs, { what: `${runs} runs with ${where}`, timeoutMs });

/** A minute is promised. Jobs that a consumer had in hand when Redis went away wait for up to half of it. */
const withinMs = 50_000;

/** A stage, and a door before one of its stores; both are gone after the test, however it ends. */
const openBehindDoor = async (
  store: 'DATABASE_URL' | 'REDIS_URL' | 'SOURCE_DATABASE_URL',
  { onTestFinished }: TestContext,
): Promise<{ stage: Stage; door: TcpDoor }> => {
  const stage = await openStage();
  onTestFinished(() => stage.close());
  const door = await openTcpDoor(stage.env[store] ?? '');
  onTestFinished(() => door.close());
  return { stage, door };
};

const ways: [way: string, away: (door: TcpDoor) => void | Promise<void>][] = [
  ['refuses', (door) => door.shut()],
  ['hangs', (door) => door.freeze()],
];

describe.concurrent('Redis', () => {
  const people = 300;
  const slow = 'rate: 40/s';
  const pausedBody = 'From=+15005550007&To={{.phone_number}}&Body=Paused!';

  /** A lane in the midst of its work at its rate, and a lane that a person has paused. */
  const openBusy = async (context: TestContext): Promise<{ stage: Stage; door: TcpDoor; apps: Running[] }> => {
    const { stage, door } = await openBehindDoor('REDIS_URL', context);
    await stage.source.query(createUsers(people));
    const apps = ['scheduler', 'worker', 'worker'].map((app) => stage.start([app], { REDIS_URL: door.url }));
    await apply(stage, 'paused', { body: pausedBody, settings: 'rate: 1/min' });
    await until(stage, people, `lane_id = 1`);
    expect(await stage.quail('lanes', 'pause', '1')).toMatchObject({ code: 0 });
    await apply(stage, 'welcome', { settings: slow });
    await waitUntil(async () => (await stage.sent()).total >= 20, { what: 'some messages', timeoutMs: 30_000 });
    return { stage, door, apps };
  };

  const expectAllSentOnce = async ({ stage, apps }: { stage: Stage; apps: Running[] }): Promise<void> => {
    await until(stage, people, `lane_id = 2 and state = 'completed'`, withinMs);
    // The paused lane sent one at most before it was paused, and nothing since.
    const { total, most } = await stage.sent();
    expect(total).toBeGreaterThanOrEqual(people);
    expect(total).toBeLessThanOrEqual(people + 1);
    expect(most).toBeLessThanOrEqual(2);
    expect(apps[0]?.output()).toContain('queue.forgotten');
    expect((await stage.ledger.query('select state, rate_per_second from quailrunner.lanes order by id')).rows).toEqual(
      [
        { state: 'paused', rate_per_second: 1 / 60 },
        { state: 'open', rate_per_second: 40 },
      ],
    );
  };

  it('flushed: everything goes on within seconds, at its rate, and what is paused stays paused', {
    timeout: 120_000,
  }, async (context) => {
    const busy = await openBusy(context);
    const redis = new Redis(busy.stage.redisUrl);
    await redis.flushdb();
    redis.disconnect();
    await expectAllSentOnce(busy);
  });

  it('swapped for an empty one: everything goes on within seconds', { timeout: 120_000 }, async (context) => {
    const { stage, door, apps } = await openBusy(context);
    await door.shut();
    // The other Redis has other databases: the URL's path chooses one that nobody has used.
    const empty = new URL(await createTestRedis());
    const swapped = new Redis(stage.redisUrl);
    await swapped.swapdb(Number(new URL(stage.redisUrl).pathname.slice(1)), Number(empty.pathname.slice(1)));
    swapped.disconnect();
    await door.open();
    await expectAllSentOnce({ stage, apps });
  });

  it.for(ways)(
    'away (it %s): nothing is lost, and everything goes on when it is back',
    { timeout: 120_000 },
    async ([, away], context) => {
      const { stage, door, apps } = await openBusy(context);
      await away(door);
      await waitUntil(() => apps[0]?.output().includes('REDIS_UNREACHABLE'), {
        what: 'the scheduler to say so',
        timeoutMs: 30_000,
      });
      await door.open();
      await until(stage, people, `lane_id = 2 and state = 'completed'`, withinMs);
      expect((await stage.sent()).total).toBeLessThanOrEqual(people + 1);
    },
  );
});

describe.concurrent('the ledger', () => {
  it.for(ways)(
    'away (it %s): answers that came meanwhile are kept and written when it is back',
    { timeout: 120_000 },
    async ([, away], context) => {
      const { stage, door } = await openBehindDoor('DATABASE_URL', context);
      await stage.source.query(createUsers(20));
      // The first one alone is answered before the others leave.
      await stage.faults({ latencyMs: 0, times: 1 }, { latencyMs: 3_000 });
      const [, worker] = ['scheduler', 'worker'].map((app) => stage.start([app], { DATABASE_URL: door.url }));
      await apply(stage, 'welcome');
      await waitUntil(async () => (await stage.sent()).total === 20, {
        what: 'all requests to be open',
        timeoutMs: 30_000,
      });
      await away(door);
      await waitUntil(() => worker?.output().includes('ledger.connection_lost'), {
        what: 'the worker to have an answer that it can not record',
        timeoutMs: 60_000,
      });
      expect(await count(stage, `state = 'sending'`)).toBeGreaterThan(0);
      await door.open();
      await until(stage, 20, `state = 'completed'`, withinMs);
      const { rows } = await stage.ledger.query(
        'select verdict, settled_by, count(*)::int as n from quailrunner.attempts group by 1, 2',
      );
      expect(rows).toEqual([{ verdict: 'accepted', settled_by: null, n: 20 }]);
      expect(await stage.sent()).toMatchObject({ total: 20, most: 1 });
    },
  );
});

describe.concurrent('a source', () => {
  it('away: its task shows it, other tasks go on, and it goes on by itself when it is back', {
    timeout: 120_000,
  }, async (context) => {
    const { stage, door } = await openBehindDoor('SOURCE_DATABASE_URL', context);
    await stage.source.query(createUsers(5));
    for (const app of ['scheduler', 'worker']) stage.start([app], { SOURCE_CRM_DATABASE_URL: door.url });
    const applied = await stage.writeTask('crm', smsTask({ name: 'crm', settings: 'every: 1s\nsource: crm' }));
    const env = { SOURCE_CRM_DATABASE_URL: door.url };
    expect(await stage.start(['task', 'apply', applied], env).ended()).toBe(0);
    await until(stage, 5, `state = 'completed'`);
    await door.shut();
    const shown = async () => (await stage.quail('task', 'show', 'crm')).stdout;
    await waitUntil(async () => (await shown()).includes('SOURCE_'), {
      what: 'the task to show it',
      timeoutMs: 30_000,
    });
    await apply(stage, 'other', { predicate: everyone });
    await until(stage, 10, `state = 'completed'`);
    await stage.source.query(`insert into public.users (phone_number) values ('+15559999999')`);
    await door.open();
    await until(stage, 12, `state = 'completed'`);
    await waitUntil(async () => !(await shown()).includes('SOURCE_'), {
      what: 'the task to be well',
      timeoutMs: 30_000,
    });
  });
});
