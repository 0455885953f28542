/** Monitors on stores of their own, with a task, a lane, and runs that ended in several ways: what people look at. */
import { randomBytes, randomUUID } from 'node:crypto';
import { defaultBackoff, type Role, type TaskDefinition } from '@quailrunner/domain';
import {
  claimEntities,
  createUser,
  ensureLane,
  feedRuns,
  finishScan,
  hashPassword,
  type Ledger,
  migrateLedger,
  openAttempts,
  openLedger,
  registerWorker,
  saveTask,
  takeDueScan,
} from '@quailrunner/ledger';
import { type Monitor, type MonitorOptions, startMonitor } from '@quailrunner/monitor';
import { openQueue, type Queue } from '@quailrunner/queue';
import { type Log, silentLog } from '@quailrunner/telemetry';
import { Redis } from 'ioredis';
import pg from 'pg';
import { ann } from './actors.js';
import { createTestDatabase, createTestRedis } from './databases.js';
import { waitUntil } from './wait-until.js';

/** Personal data and credentials that must not be seen anywhere. */
export const canaries = {
  phone: '+4915112345678',
  sender: '+15005550006',
  firstName: 'Canaria',
  body: 'Hello, this text must stay inside',
  token: 'a-token-that-must-not-leak',
};

export interface MonitorStage {
  readonly ledger: Ledger;
  readonly queue: Queue;
  /** Asks the ledger's database beside the product, and changes it. */
  ask(sql: string): Promise<Record<string, unknown>[]>;
  /** Looks into Redis, and changes it, beside the product. */
  readonly redis: Redis;
  readonly password: string;
  /** On a free port; all share the stores and the key. */
  startMonitor(options?: Partial<MonitorOptions>): Promise<Monitor>;
  /** Without QUAIL_ADMIN_PASSWORD. */
  startUnprepared(log: Log): Promise<Monitor>;
  close(): Promise<void>;
}

interface StageOptions {
  /** Instead of stores of its own. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
}

export const openMonitorStage = async (options: StageOptions = {}): Promise<MonitorStage> => {
  const database = options.databaseUrl === undefined ? await createTestDatabase({ withLedger: true }) : undefined;
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const redisUrl = options.redisUrl ?? (await createTestRedis());
  const encryptionKey = randomBytes(32);
  const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'monitor test' });
  await migrateLedger(ledger);
  const queue = openQueue({ redisUrl }, silentLog);
  const redis = new Redis(redisUrl, { lazyConnect: true });
  const monitors: Monitor[] = [];
  const password = 'correct horse battery staple';
  const start = async (options: Partial<MonitorOptions>, log: Log): Promise<Monitor> => {
    const monitor = await startMonitor(
      { host: '127.0.0.1', port: 0, encryptionKey, ...options },
      { ledger, queue, log },
    );
    monitors.push(monitor);
    return monitor;
  };
  return {
    ledger,
    queue,
    ask: async (sql) => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      const { rows } = await client.query(sql).finally(() => client.end());
      return rows;
    },
    redis,
    password,
    startMonitor: (options = {}) => start({ adminPassword: password, ...options }, silentLog),
    startUnprepared: (log) => start({}, log),
    close: async () => {
      await Promise.all(monitors.map((monitor) => monitor.close()));
      redis.disconnect();
      await Promise.all([queue.close(), ledger.close()]);
      await database?.close();
    },
  };
};

export const makeTask = (name: string): TaskDefinition => ({
  predicate: 'select uuid as entity_pk, phone_number, first_name from public.users',
  settings: {
    name,
    source: 'default',
    everyMs: 10_000,
    action: {
      url: 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: `Basic ${canaries.token}`,
      },
      body: `From=${canaries.sender}&To={{.phone_number}}&Body=${canaries.body}`,
    },
    retries: 5,
    backoff: defaultBackoff,
    recheck: true,
    timeoutMs: 15_000,
    success: [[200, 299]],
  },
});

/** A task with `runs` claimed entities. Returns the lane they are in. */
export const claimRuns = async (ledger: Ledger, name: string, runs: number): Promise<number> => {
  await saveTask(ledger, makeTask(name), ann);
  const scan = await takeDueScan(ledger);
  if (scan === undefined) throw new Error('no scan is due');
  const laneId = await ensureLane(ledger, `twilio/AC${'0'.repeat(31)}7/${canaries.sender}`, { defaultRate: 10 });
  const columns = { phone_number: canaries.phone, first_name: canaries.firstName };
  const entities = Array.from({ length: runs }, (_, n) => ({ pk: `${name}-${n}`, columns, laneId }));
  await claimEntities(ledger, scan, entities);
  await finishScan(ledger, scan, { entitiesRead: runs, entitiesClaimed: runs });
  return laneId;
};

interface Endings {
  readonly completed: number;
  readonly failed: number;
}

/** Feeds all runs of the lane and lets a worker end as many of them as told; the others stay queued in Redis. */
export const endRuns = async ({ ledger, queue }: MonitorStage, laneId: number, endings: Endings): Promise<void> => {
  const workerId = randomUUID();
  await registerWorker(ledger, { workerId, host: 'test', pid: process.pid });
  const attempts = openAttempts(ledger, { workerId });
  const fed = await feedRuns(ledger, { laneId, highWater: 1_000 });
  const ending = fed.slice(0, endings.completed + endings.failed);
  await queue.addRuns(laneId, ending);
  let ended = 0;
  const consumer = queue.openConsumer(laneId, { concurrency: 1 }, async (dispatch) => {
    await attempts.start(dispatch);
    const outcome = { ...dispatch, durationMs: 120, spent: true, dueInMs: 0 };
    ended += 1;
    if (ended <= endings.completed) {
      await attempts.finish({ ...outcome, state: 'completed', verdict: 'accepted', httpStatus: 201 });
      return { state: 'completed' };
    }
    const reason = 'not a valid phone number';
    await attempts.finish({ ...outcome, state: 'failed', verdict: 'refused', httpStatus: 400, code: '21211', reason });
    return { state: 'failed', failure: `21211: ${reason}` };
  });
  const board = queue.boardQueue(laneId);
  const isDone = async () => (await board.getJobCountByTypes('completed', 'failed')) === ending.length;
  await waitUntil(isDone, { what: 'the runs to end' });
  await consumer.close(5_000);
  await queue.addRuns(laneId, fed.slice(ending.length));
};

/** Signs in as a browser's form does. Returns the Cookie header to send. */
export const signIn = async (url: string, password: string, name = 'admin'): Promise<string> => {
  const body = new URLSearchParams({ name, password });
  const answer = await fetch(`${url}/sign-in`, { method: 'POST', body, redirect: 'manual' });
  const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('quail_session='));
  if (answer.status !== 303 || cookie === undefined) throw new Error(`signing in answered ${answer.status}`);
  return cookie.split(';', 1)[0] ?? '';
};

/** Posts a form as a page of ours does, with the token that the page gave. Redirects are not followed. */
export const postForm = async (
  url: string,
  cookie: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const page = await fetch(new URL('/', url), { headers: { cookie } });
  const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const body = new URLSearchParams({ _csrf: token, ...fields });
  return fetch(url, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
};

/** What somebody reads of a page. */
export const textOf = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&quot;', '"');

/** Adds somebody, and signs them in. Returns the Cookie header to send. */
export const signInNew = async (
  stage: MonitorStage,
  url: string,
  user: { name: string; role: Role },
): Promise<string> => {
  const password = `the password of ${user.name}`;
  await createUser(stage.ledger, { ...user, passwordHash: await hashPassword(password) }, ann);
  return signIn(url, password, user.name);
};
