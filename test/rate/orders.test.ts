/** What a person or a receiver says of a lane: heard by all workers, and kept whatever is restarted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers } from '../support/tasks.js';
import { readArrivals, within } from './arrivals.js';
import { applyTask, count, startWorkers, untilUp } from './crew.js';

const paced = '+15005550006';
const paused = '+15005550010';
const held = '+15005550011';

/** A change is heard within so long. */
const heardMs = 2_000;

let stage: Stage;
let apps: Running[];
beforeAll(async () => {
  stage = await openStage();
  await stage.source.query(createUsers(3_000));
  for (const from of [paced, paused, held]) {
    const body = `From=${from}&To={{.phone_number}}&Body=Hello!`;
    await applyTask(stage, { name: `from-${from.slice(-2)}`, settings: 'rate: 50/s', body });
  }
  apps = [...startWorkers(stage, 2), stage.start(['scheduler'])];
  await Promise.all([paced, paused, held].map((from) => untilMore(from, 20)));
}, 90_000);
afterAll(() => stage.close());

const laneOf = async (from: string): Promise<string> => {
  const { rows } = await stage.ledger.query(`select id from quailrunner.lanes where key like '%' || $1`, [from]);
  return String(rows[0]?.id);
};

/** Until so many more have arrived; when the first of them did, by the sandbox's clock. */
const untilMore = async (from: string, more: number, since = Date.now()): Promise<number> => {
  const isThere = async () => {
    const arrived = (await readArrivals(stage, from)).filter(({ at }) => at >= since);
    return arrived.length >= more && (arrived[0]?.at ?? 0);
  };
  return waitUntil(isThere, { what: `${more} more from ${from}`, timeoutMs: 30_000 });
};

const arrivedSince = async (from: string, since: number): Promise<number> =>
  within(await readArrivals(stage, from), since, Number.POSITIVE_INFINITY).length;

it('a rate that a person sets holds on all workers within two seconds', async () => {
  expect((await stage.quail('lanes', 'rate', await laneOf(paced), '5/s')).stdout).toContain('5/s');
  const since = Date.now() + heardMs;
  const first = await untilMore(paced, 15, since);
  const last = (await readArrivals(stage, paced)).filter(({ at }) => at >= since)[14]?.at ?? 0;
  expect(last - first).toBeGreaterThan((14 / 5) * 1_000);
});

it('a lane that a person pauses sends nothing more within two seconds', async () => {
  expect(await stage.quail('lanes', 'pause', await laneOf(paused))).toMatchObject({ code: 0 });
  const since = Date.now() + heardMs;
  await sleep(heardMs + 1_500);
  expect(await arrivedSince(paused, since)).toBe(0);
});

it('a lane that is at fault is held at once', async () => {
  await stage.faults({ from: held, status: 401, code: 20003 });
  const isHeld = async () => (await count(stage, `lanes where state = 'held'`)) === 1;
  await waitUntil(isHeld, { what: 'the lane to be held', timeoutMs: 30_000 });
  await stage.faults();
});

it('and all of it stays when Redis forgets and everything starts anew', async () => {
  const redis = new Redis(stage.redisUrl);
  await redis.flushdb();
  const flushedAt = Date.now();
  await untilMore(paced, 10, flushedAt);
  await Promise.all(apps.map((app) => app.stop()));
  await redis.flushdb();
  redis.disconnect();
  const since = Date.now();
  apps = [...startWorkers(stage, 3), stage.start(['scheduler'])];
  await untilUp(apps);
  const first = await untilMore(paced, 15, since);
  const last = (await readArrivals(stage, paced)).filter(({ at }) => at >= since)[14]?.at ?? 0;
  expect(last - first).toBeGreaterThan((14 / 5) * 1_000);
  expect(await arrivedSince(paused, flushedAt)).toBe(0);
  // What was on its way when the fault was met may have arrived.
  expect(await arrivedSince(held, flushedAt + heardMs)).toBe(0);
  expect(await count(stage, 'lanes where set_rate = 5')).toBe(1);
}, 60_000);

it('until a person says otherwise', async () => {
  expect(await stage.quail('lanes', 'resume', await laneOf(paused), await laneOf(held))).toMatchObject({ code: 0 });
  expect((await stage.quail('lanes', 'rate', await laneOf(paced), 'default')).stdout).toContain('50/s');
  await Promise.all([paced, paused, held].map((from) => untilMore(from, 60)));
}, 60_000);
