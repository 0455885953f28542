import type { Log } from '@quailrunner/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, createTestRedis, type TestDatabase, waitUntil } from '../../../test/support/index.js';
import { claimRuns, type MonitorStage, openMonitorStage, signIn } from '../../../test/support/monitor-stage.js';
import { openTcpDoor, type TcpDoor } from '../../../test/support/tcp-door.js';

let database: TestDatabase;
let postgres: TcpDoor;
let redis: TcpDoor;
let stage: MonitorStage;
let url: string;
let cookie: string;
let lines: string[];

beforeEach(async () => {
  database = await createTestDatabase();
  postgres = await openTcpDoor(database.url);
  redis = await openTcpDoor(await createTestRedis());
  stage = await openMonitorStage({ databaseUrl: postgres.url, redisUrl: redis.url });
  await claimRuns(stage.ledger, 'welcome-sms', 3);
  lines = [];
  const log: Log = { emit: (event, fields) => void lines.push(JSON.stringify({ event, ...fields })), close: () => {} };
  const monitor = await stage.startUnprepared(log);
  url = monitor.url;
  cookie = await signIn(url, monitor.firstPassword ?? '');
});
afterEach(async () => {
  await Promise.all([postgres.open(), redis.open()]);
  await stage.close();
  await Promise.all([postgres.close(), redis.close()]);
  await database.close();
});

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly tookMs: number;
}

const ask = async (path: string, accept = '*/*'): Promise<Answer> => {
  const begin = Date.now();
  const answer = await fetch(`${url}${path}`, { headers: { cookie, accept }, redirect: 'manual' });
  return { status: answer.status, body: await answer.text(), tookMs: Date.now() - begin };
};

const readiness = async () => {
  const { status, body, tookMs } = await ask('/readyz');
  expect(tookMs).toBeLessThan(2_000);
  return { ...JSON.parse(body), status };
};

const untilReady = () =>
  waitUntil(async () => (await ask('/readyz')).status === 200, { what: 'the monitor to be ready', timeoutMs: 15_000 });

const ways: [way: string, away: (door: TcpDoor) => void | Promise<void>][] = [
  ['refuses', (door) => door.shut()],
  ['hangs', (door) => door.freeze()],
];

describe.each(ways)('while Redis %s', (_way, away) => {
  it('readiness says so, the status page goes on, the board says it is away, and all recovers by itself', async () => {
    expect(await readiness()).toEqual({ status: 200, ledger: 'ok', redis: 'ok' });
    expect((await ask('/queues/api/queues')).status).toBe(200);
    await away(redis);
    expect(await readiness()).toMatchObject({ status: 503, ledger: 'ok', redis: 'away' });
    expect((await ask('/healthz')).status).toBe(200);

    const board = await ask('/queues/api/queues');
    expect(board.status).toBe(503);
    expect(board.tookMs).toBeLessThan(5_000);
    // `error` is what Bull Board's page shows.
    const told = 'Redis does not answer';
    expect(JSON.parse(board.body)).toMatchObject({ title: told, error: told });
    const shown = async () => (await ask('/')).body.includes('Redis does not answer');
    await waitUntil(shown, { what: 'the status page to say that Redis is away' });
    expect((await ask('/')).body).toContain('welcome-sms');

    await redis.open();
    await untilReady();
    expect((await ask('/queues/api/queues')).status).toBe(200);
  });
});

describe.each(ways)('while PostgreSQL %s', (_way, away) => {
  it('readiness says so, pages answer 503 without a word of ours inside, and all recovers by itself', async () => {
    await away(postgres);
    expect(await readiness()).toMatchObject({ status: 503, ledger: 'away', redis: 'ok' });
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/assets/style.css')).status).toBe(200);

    const [page, api, unknown] = await Promise.all([ask('/', 'text/html'), ask('/api/v1/tasks'), ask('/no/such/page')]);
    for (const { status, body, tookMs } of [page, api, unknown]) {
      expect(status).toBe(503);
      expect(tookMs).toBeLessThan(11_000);
      expect(body).toContain('The ledger does not answer');
      expect(body).not.toMatch(/ECONN|127\.0\.0\.1|postgres:|\.[jt]s:\d|select /);
    }
    expect(page.body).toContain('<h1>');
    expect(JSON.parse(api.body)).toMatchObject({ status: 503, reference: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const { reference } = JSON.parse(api.body);
    expect(lines.some((line) => line.includes('request.failed') && line.includes(reference))).toBe(true);

    await postgres.open();
    await untilReady();
    expect((await ask('/api/v1/tasks')).status).toBe(200);
  });
});
