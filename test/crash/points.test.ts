/** Kills a process at each of its crash points, shows where everything stands then, and how it ends. */
import { type CrashPoint, crashPoints } from '@quailrunner/domain';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '../support/free-port.js';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

type App = 'scheduler' | 'worker' | 'monitor';

interface World {
  readonly stage: Stage;
  start(app: App, crashAt?: CrashPoint): Running;
  stop(app: App): Promise<void>;
  /** Until the process has killed itself. */
  crash(app: App, crashAt: CrashPoint): Promise<void>;
  /** Of all runs, each once; `none` while there is no run. */
  states(): Promise<string>;
  untilStates(states: string): Promise<void>;
  faults(...rules: object[]): Promise<void>;
  /** Changes the ledger as time would. */
  pass(sql: string): Promise<void>;
}

interface Case {
  readonly app: App;
  /** What must have happened before the process that is to die may start. */
  readonly before?: (world: World) => Promise<void>;
  /** What happens while it lives. */
  readonly meanwhile?: (world: World) => Promise<void>;
  /** Where runs may stand right after the crash. */
  readonly left: readonly string[];
  /** Messages at the sandbox right after the crash. */
  readonly messages: 0 | 1;
  /** What else is known right after the crash. */
  readonly also?: (world: World) => Promise<void>;
  /** Lets time pass, or mends what was broken on purpose. */
  readonly mend?: (world: World) => Promise<void>;
  /** Runs, and so messages, when all is done; 1 unless set. */
  readonly runs?: number;
}

/** A scan is free for another scheduler once nobody has renewed it for half a minute. */
const endLease = ({ pass }: World) =>
  pass('update quailrunner.tasks set scan_lease_until = now() where scan_id is not null');

/** A run is missed when it had no job for a minute. */
const passMinute = ({ pass }: World) =>
  pass(`update quailrunner.runs set queued_at = now() - interval '61 s' where state = 'queued'`);

const startScheduler = async ({ start }: World): Promise<void> => void start('scheduler');

/** Twilio took the message, and the worker died before it could say so. */
const loseAnswer = async (world: World): Promise<void> => {
  world.start('scheduler');
  await world.crash('worker', 'attempt.answered');
  await world.stop('scheduler');
  await world.pass(`update quailrunner.workers set seen_at = now() - interval '1 hour'`);
  await world.pass(`update quailrunner.runs set started_at = now() - interval '1 minute' where state = 'sending'`);
};

const feedAndFlush = async ({ stage, start, stop, untilStates }: World): Promise<void> => {
  start('scheduler');
  await untilStates('queued');
  await stop('scheduler');
  const redis = new Redis(stage.redisUrl);
  await redis.flushdb();
  redis.disconnect();
};

/** A run whose request never reached Twilio is unknown, and can't be looked up. */
const loseRequest = async ({ stage, start, stop, untilStates, faults }: World): Promise<void> => {
  start('scheduler');
  start('worker');
  await faults({ drop: 'before', times: 1 }, { latencyMs: 8_000, times: 1 }, { on: 'list', status: 500 });
  await untilStates('unknown');
  await stop('worker');
  await applyTask(stage, 'goodbye');
};

/** It is looked up while the same text to the same number is being sent for another run, and takes its message. */
const findAnothers = async ({ stage, faults, pass, untilStates }: World): Promise<void> => {
  await waitUntil(async () => (await stage.sent()).total === 1, { what: "the other run's message", timeoutMs: 30_000 });
  await faults();
  await pass(`update quailrunner.runs set due_at = now() where state = 'unknown'`);
  await untilStates('completed+sending');
};

const throttle = async ({ start, faults }: World): Promise<void> => {
  await faults({ code: 20429, retryAfter: 1 });
  start('scheduler');
};

const endFaults = ({ faults }: World): Promise<void> => faults();

const holdLane = async ({ start, faults }: World): Promise<void> => {
  await faults({ status: 401, code: 20003 });
  start('scheduler');
};

const optOut = async ({ start, faults }: World): Promise<void> => {
  await faults({ status: 400, code: 21610 });
  start('scheduler');
};

/** A run that was refused, and is asked for again when the cause is mended. */
const failAndAsk = async ({ stage, start, stop, untilStates, faults }: World): Promise<void> => {
  await faults({ status: 400, code: 21211 });
  start('scheduler');
  start('worker');
  await untilStates('failed');
  await Promise.all([stop('scheduler'), stop('worker')]);
  await faults();
  expect(await stage.quail('runs', 'retry', '--task', 'welcome', '--yes')).toMatchObject({ code: 0 });
};

const liftOptOut = async ({ stage, faults }: World): Promise<void> => {
  await faults();
  expect(await stage.quail('suppressions', 'lift', '--number', '+15550000001')).toMatchObject({ code: 0 });
};

const mendLane = async ({ stage, faults }: World): Promise<void> => {
  expect((await stage.ledger.query('select state from quailrunner.lanes')).rows).toEqual([{ state: 'held' }]);
  await faults();
  expect(await stage.quail('lanes', 'resume', '1')).toMatchObject({ code: 0 });
};

/** Twilio doesn't come again for a receipt: the monitor must be up before the message is sent. */
const sendOne = async ({ stage, start, untilStates }: World): Promise<void> => {
  const { PUBLIC_URL: url } = stage.env as Readonly<Record<string, string>>;
  const isUp = async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok;
  await waitUntil(isUp, { what: 'the monitor to be up', timeoutMs: 60_000 });
  start('scheduler');
  start('worker');
  await untilStates('completed');
};

const expectDelivery =
  (...known: (string | null)[]) =>
  async ({ stage }: World): Promise<void> =>
    expect(known).toContain((await stage.ledger.query('select delivery from quailrunner.runs')).rows[0]?.delivery);

const scheduler = { app: 'scheduler', messages: 0 } as const;
const worker = { app: 'worker', before: startScheduler } as const;
const monitor = { app: 'monitor', meanwhile: sendOne, left: ['completed'], messages: 1 } as const;

const cases: Readonly<Record<CrashPoint, Case>> = {
  'scan.taken': { ...scheduler, left: ['none'], mend: endLease },
  'lane.ensured': { ...scheduler, left: ['none'], mend: endLease },
  'entities.claimed': { ...scheduler, left: ['pending'] },
  // The feed may be at it already.
  'scan.read': { ...scheduler, left: ['pending', 'queued'], mend: passMinute },
  'runs.fed': { ...scheduler, left: ['queued'], mend: passMinute },
  'runs.rechecked': { ...scheduler, left: ['queued'], mend: passMinute },
  'jobs.added': { ...scheduler, left: ['queued'] },
  'job.taken': { ...worker, left: ['queued'], messages: 0 },
  'attempt.started': { ...worker, left: ['sending'], messages: 0 },
  'attempt.answered': { ...worker, left: ['sending'], messages: 1 },
  'attempt.recorded': { ...worker, left: ['completed'], messages: 1 },
  'lane.slowed': { app: 'worker', before: throttle, left: ['sending'], messages: 0, mend: endFaults },
  'lane.held': { app: 'worker', before: holdLane, left: ['sending'], messages: 0, mend: mendLane },
  'recipient.suppressed': { app: 'worker', before: optOut, left: ['sending'], messages: 0, mend: liftOptOut },
  'sid.reclaimed': {
    app: 'worker',
    before: loseRequest,
    meanwhile: findAnothers,
    // The run that lost its message may have been looked up again already, before the other one is given up.
    left: ['sending+unknown', 'completed+sending'],
    messages: 1,
    runs: 2,
  },
  'workers.swept': { app: 'scheduler', before: loseAnswer, left: ['unknown'], messages: 1 },
  'message.looked-up': { app: 'scheduler', before: loseAnswer, left: ['unknown'], messages: 1 },
  'run.settled': { app: 'scheduler', before: loseAnswer, left: ['completed'], messages: 1 },
  'jobless.returned': { ...scheduler, before: feedAndFlush, left: ['pending', 'queued'], mend: passMinute },
  // The feed may be at it already.
  'retry.advanced': { ...scheduler, before: failAndAsk, left: ['pending', 'queued'], mend: passMinute },
  'receipt.checked': { ...monitor, also: expectDelivery(null) },
  // The second receipt may have come while the monitor read the task.
  'receipt.recorded': { ...monitor, also: expectDelivery('sent', 'delivered') },
};

describe.concurrent('a process that is killed', () => {
  it.each(crashPoints)('at %s loses nothing and sends nothing twice', { timeout: 120_000 }, async (point) => {
    const { app, before, meanwhile, left, messages, also, mend, runs = 1 } = cases[point];
    const world = await openWorld(app === 'monitor');
    try {
      await before?.(world);
      await Promise.all([world.crash(app, point), meanwhile?.(world)]);
      expect(left).toContain(await world.states());
      expect(await world.stage.sent()).toMatchObject({ total: messages });
      await also?.(world);
      await mend?.(world);
      for (const each of ['scheduler', 'worker'] as const) world.start(each);
      await world.untilStates('completed');
      expect(await world.stage.sent()).toMatchObject({ total: runs, most: runs });
    } finally {
      await world.stage.close();
    }
  });
});

const quick = { QUAIL_LOOK_UP_AFTER: '500ms', QUAIL_WORKER_LOST_AFTER: '2s', SHUTDOWN_TIMEOUT: '5s' };

const openWorld = async (withReceipts: boolean): Promise<World> => {
  const stage = await openStage({ ...quick, ...(withReceipts ? await receiptsOn() : {}) });
  const running: { app: App; process: Running }[] = [];
  await stage.source.query(createUsers(1));
  await applyTask(stage, 'welcome');
  const start = (app: App, crashAt?: CrashPoint): Running => {
    const process = stage.start([app], crashAt === undefined ? {} : { QUAIL_CRASH_AT: crashAt });
    running.push({ app, process });
    return process;
  };
  const states = async (): Promise<string> => {
    const sql = 'select distinct state from quailrunner.runs order by state';
    const { rows } = await stage.ledger.query<{ state: string }>(sql);
    return rows.map(({ state }) => state).join('+') || 'none';
  };
  return {
    stage,
    start,
    states,
    stop: async (app) => {
      await Promise.all(running.filter((one) => one.app === app).map(({ process }) => process.stop()));
    },
    crash: async (app, crashAt) => {
      const armed = start(app, crashAt);
      await armed.ended();
      expect(armed.process.signalCode, armed.output()).toBe('SIGKILL');
    },
    untilStates: async (wanted) => {
      const isThere = async () => (await states()) === wanted;
      await waitUntil(isThere, { what: `runs to be ${wanted}`, timeoutMs: 90_000 });
    },
    faults: stage.faults,
    pass: async (sql) => void (await stage.ledger.query(sql)),
  };
};

/** Twilio calls the monitor, so the monitor's port must be known before it listens. */
const receiptsOn = async (): Promise<Record<string, string>> => {
  const port = await findFreePort();
  return { MONITOR_PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` };
};

const applyTask = async (stage: Stage, name: string): Promise<void> => {
  const settings = 'every: 1s\nbackoff: { first: 100ms, max: 1s }';
  const task = await stage.writeTask(name, smsTask({ name, settings }));
  expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
};
