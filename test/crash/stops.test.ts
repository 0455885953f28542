/** Stops: whatever the state of the stores, a process that is asked to end does, in time, and nothing is lost by it. */
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';
import { openTcpDoor, type TcpDoor } from '../support/tcp-door.js';

interface Doors {
  readonly postgres: TcpDoor;
  readonly redis: TcpDoor;
}

const openDoors = async ({ env }: Stage): Promise<Doors> => {
  const [postgres, redis] = await Promise.all([openTcpDoor(env.DATABASE_URL), openTcpDoor(env.REDIS_URL)]);
  return { postgres, redis };
};

const closeDoors = ({ postgres, redis }: Doors): Promise<unknown> => Promise.all([postgres.close(), redis.close()]);

/** Behind doors of its own. */
const start = (stage: Stage, args: readonly string[], doors: Doors, more: Record<string, string> = {}): Running =>
  stage.start([...args], { DATABASE_URL: doors.postgres.url, REDIS_URL: doors.redis.url, ...more });

const up = (process: Running, sign = 'app.started'): Promise<boolean> =>
  waitUntil(() => process.output().includes(sign), { what: `${sign} of a process`, timeoutMs: 60_000 });

interface Stop {
  readonly code: number | null;
  readonly tookMs: number;
}

const stop = async (process: Running): Promise<Stop> => {
  const began = performance.now();
  const code = await process.stop();
  return { code, tookMs: performance.now() - began };
};

interface State {
  readonly stores: string;
  bring(doors: Doors): void | Promise<void>;
}

const states: readonly State[] = [
  { stores: 'all is up', bring: () => {} },
  { stores: 'Redis refuses', bring: ({ redis }) => redis.shut() },
  { stores: 'Redis hangs', bring: ({ redis }) => redis.freeze() },
  { stores: 'PostgreSQL refuses', bring: ({ postgres }) => postgres.shut() },
  { stores: 'PostgreSQL hangs', bring: ({ postgres }) => postgres.freeze() },
];

describe('with nothing in hand', () => {
  const atOnceMs = 2_500;
  const apps = [
    { app: 'scheduler', args: ['scheduler'] },
    { app: 'worker', args: ['worker'] },
    { app: 'monitor', args: ['monitor'] },
    { app: 'quail up', args: ['up'], sign: 'Everything runs' },
  ];
  /** A tree of processes stops as they do: the states that take longest will do. */
  const cases = apps
    .flatMap((app) => states.map((state) => ({ ...app, ...state })))
    .filter(({ app, stores }) => app !== 'quail up' || !stores.endsWith('refuses'));
  const started = new Map<(typeof cases)[number], { process: Running; doors: Doors }>();
  let stage: Stage;

  /** To start takes CPU: all at once and first, so that the tests measure nothing but the stops. */
  beforeAll(async () => {
    stage = await openStage({ MONITOR_PORT: '0' });
    expect(await stage.quail('migrate')).toMatchObject({ code: 0 });
    await stage.ledger.query(`insert into quailrunner.lanes (key) values ('host/idle.example')`);
    for (const one of cases) {
      const doors = await openDoors(stage);
      started.set(one, { doors, process: start(stage, one.args, doors) });
    }
    await Promise.all([...started].map(([{ sign }, { process }]) => up(process, sign)));
  }, 90_000);

  afterAll(async () => {
    await Promise.all([...started.values()].map(({ doors }) => closeDoors(doors)));
    await stage.close();
  });

  it.concurrent.each(cases)('$app ends with 0 at once when $stores', async (one) => {
    const { process, doors } = started.get(one) ?? expect.fail('not started');
    await one.bring(doors);
    if (one.stores === 'PostgreSQL hangs') {
      if (one.app === 'monitor') askReadiness(process);
      await waitUntil(() => doors.postgres.swallowed() > 0, { what: 'somebody to wait for an answer' });
    }
    const { code, tookMs } = await stop(process);
    expect(code, process.output()).toBe(0);
    expect(tookMs).toBeLessThan(atOnceMs);
  });

  it.concurrent('the sandbox ends with 0 at once', async () => {
    const sandbox = stage.start(['sandbox', '--port', '0']);
    await up(sandbox);
    const { code, tookMs } = await stop(sandbox);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(atOnceMs);
  });

  it.concurrent.each(apps)('$app that waits for PostgreSQL to start ends at once', async ({ args }) => {
    const doors = await openDoors(stage);
    doors.postgres.freeze();
    const process = start(stage, args, doors);
    await waitUntil(() => doors.postgres.swallowed() > 0, { what: 'it to wait', timeoutMs: 25_000 });
    const { code, tookMs } = await stop(process);
    expect(code, process.output()).toBe(0);
    expect(tookMs).toBeLessThan(atOnceMs);
    await closeDoors(doors);
  });
});

/** A request that waits for both stores. */
const askReadiness = (monitor: Running): void => {
  const url = /"url":"([^"]+)"/.exec(monitor.output())?.[1];
  void fetch(`${url}/readyz`).catch(() => {});
};

const count = async ({ ledger }: Stage, state: string): Promise<number> => {
  const { rows } = await ledger.query('select count(*)::int as runs from quailrunner.runs where state = $1', [state]);
  return rows[0].runs;
};

/** A stage with people to write to, whose messages are answered after `latencyMs`; the first, which tries alone, at once. */
const openSending = async (
  { people, latencyMs }: { people: number; latencyMs: number },
  settings: Record<string, string>,
  { onTestFinished }: TestContext,
): Promise<Stage> => {
  const stage = await openStage(settings);
  onTestFinished(() => stage.close());
  await stage.source.query(createUsers(people));
  await stage.faults({ latencyMs: 0, times: 1 }, { latencyMs });
  return stage;
};

const applyTask = async (stage: Stage): Promise<void> => {
  const applied = await stage.quail('task', 'apply', await stage.writeTask('welcome', smsTask({ name: 'welcome' })));
  expect(applied).toMatchObject({ code: 0 });
};

describe.concurrent('workers that are sending', () => {
  const each = 10;
  const latencyMs = 5_000;

  /** One worker for each of `names`, all with as many POSTs open as they may have, and a scheduler. */
  const openWorkers = async <Name extends string>(
    names: readonly Name[],
    settings: Record<string, string>,
    context: TestContext,
  ) => {
    const people = 1 + names.length * each;
    const own = { QUAIL_LOOK_UP_AFTER: '100ms', WORKER_CONCURRENCY: `${each}`, ...settings };
    const stage = await openSending({ people, latencyMs }, own, context);
    const workers = await Promise.all(
      names.map(async (name) => {
        const doors = await openDoors(stage);
        context.onTestFinished(async () => void (await closeDoors(doors)));
        return { name, doors, process: start(stage, ['worker'], doors) };
      }),
    );
    const scheduler = stage.start(['scheduler']);
    await Promise.all([up(scheduler), ...workers.map(({ process }) => up(process))]);
    await applyTask(stage);
    const areOpen = async () => (await stage.sent()).total === people && (await count(stage, 'sending')) === people - 1;
    await waitUntil(areOpen, { what: 'all messages to be with Twilio, and unanswered', timeoutMs: 60_000 });
    return {
      stage,
      scheduler,
      people,
      worker: (name: Name) => workers.find((one) => one.name === name) ?? expect.fail(),
    };
  };

  it('finish what they have, record it and end with 0, with Redis or without', async (context) => {
    const names = ['all is up', 'Redis refuses', 'Redis hangs'] as const;
    const { stage, worker, people } = await openWorkers(names, {}, context);
    await worker('Redis refuses').doors.redis.shut();
    worker('Redis hangs').doors.redis.freeze();
    const stops = names.map(async (name) => ({ name, ...(await stop(worker(name).process)) }));
    for (const { name, code, tookMs } of await Promise.all(stops)) {
      expect(code, worker(name).process.output()).toBe(0);
      expect(tookMs, name).toBeLessThan(latencyMs + 10_000); // Far from the deadline.
    }
    expect(await count(stage, 'completed')).toBe(people);
    expect(await stage.sent()).toMatchObject({ total: people, most: 1 });
  }, 120_000);

  it('keep their answers while PostgreSQL is away, and end at their deadline: what they could not record is settled', async (context) => {
    const limitMs = latencyMs + 4_000;
    const names = ['comes back', 'refuses', 'hangs'] as const;
    const { stage, scheduler, worker, people } = await openWorkers(
      names,
      { SHUTDOWN_TIMEOUT: `${limitMs}ms` },
      context,
    );
    await Promise.all([worker('comes back').doors.postgres.shut(), worker('refuses').doors.postgres.shut()]);
    worker('hangs').doors.postgres.freeze();
    const [back, ...late] = names.map((name) => stop(worker(name).process));
    await waitUntil(() => worker('comes back').process.output().includes('ledger.connection_lost'), {
      what: 'the loss',
    });
    await worker('comes back').doors.postgres.open();
    expect(await back).toMatchObject({ code: 0 });
    expect(await count(stage, 'completed')).toBe(1 + each);
    for (const { code, tookMs } of await Promise.all(late)) {
      expect(code).toBe(1);
      expect(tookMs).toBeGreaterThan(limitMs - 100);
      expect(tookMs).toBeLessThan(limitMs + 2_500);
    }
    expect(await count(stage, 'sending')).toBe(2 * each);
    await letHalfAMinutePass(stage);
    await waitUntil(async () => (await count(stage, 'completed')) === people, {
      what: 'all runs to be settled',
      timeoutMs: 30_000,
    });
    expect(await stage.sent()).toMatchObject({ total: people, most: 1 });
    expect(await stop(scheduler)).toMatchObject({ code: 0 });
  }, 90_000);
});

/** For the ledger: the worker has not been seen since. */
const letHalfAMinutePass = async ({ ledger }: Stage): Promise<void> => {
  await ledger.query(`update quailrunner.workers set seen_at = seen_at - interval '30 s'`);
  await ledger.query(`update quailrunner.runs set started_at = started_at - interval '30 s' where state = 'sending'`);
};

describe.concurrent('schedulers and workers that are replaced one after the other', () => {
  const people = 2_000;

  it('send each message exactly once, and each ends with 0', async (context) => {
    const stage = await openSending({ people, latencyMs: 400 }, { WORKER_CONCURRENCY: '10' }, context);
    const launch = async (app: string): Promise<{ app: string; process: Running }> => {
      const process = stage.start([app]);
      await up(process);
      return { app, process };
    };
    const house = await Promise.all(['scheduler', 'worker', 'scheduler', 'worker', 'worker'].map(launch));
    await applyTask(stage);
    const stops: Stop[] = [];
    let sentAtFirstStop: number | undefined;
    // Everybody once at least; on a slow machine the last of them when all is sent.
    while (stops.length < house.length || (await count(stage, 'completed')) < people - 200) {
      const oldest = house.shift() ?? expect.fail();
      house.push(await launch(oldest.app));
      stops.push(await stop(oldest.process));
      sentAtFirstStop ??= await count(stage, 'completed');
    }
    expect(sentAtFirstStop).toBeLessThan(people);
    // A job that Redis gave out at the very moment of a stop is another worker's within half a minute.
    await waitUntil(async () => (await count(stage, 'completed')) === people, {
      what: 'all runs to complete',
      timeoutMs: 60_000,
    });
    stops.push(...(await Promise.all(house.map(({ process }) => stop(process)))));
    expect(new Set(stops.map(({ code }) => code))).toEqual(new Set([0]));
    expect(await stage.sent()).toMatchObject({ total: people, recipients: people, most: 1 });
  }, 150_000);
});
