import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

const senders = 300;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.source.query(createUsers(2 * senders));
});
afterAll(() => stage.close());

const applyOver = async (name: string, from: string): Promise<void> => {
  const predicate = `SELECT key AS entity_pk, phone_number, '+1' || (5005551000 + sender)::text AS sender FROM ${from}`;
  const body = 'From={{.sender}}&To={{.phone_number}}&Body=Hello!';
  const task = await stage.writeTask(name, smsTask({ name, predicate, body, settings: 'every: 1s' }));
  expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
};

it('a task with hundreds of senders has a lane for each, and a worker holds connections for few of them at a time', async () => {
  stage.start(['scheduler']);
  stage.start(['worker']);
  const ranked =
    'SELECT phone_number, phone_number AS key, row_number() OVER (ORDER BY phone_number) AS n FROM public.users';
  await applyOver('welcome', `(SELECT *, n % ${senders} AS sender FROM (${ranked}) ranked) people`);
  const isSent = async () => (await stage.sent()).total === 2 * senders;
  await waitUntil(isSent, { what: 'all messages', timeoutMs: 60_000 });
  const lanes = await stage.ledger.query('select count(*)::int as n from quailrunner.lanes');
  expect(lanes.rows[0].n).toBe(senders);
  const redis = new Redis(stage.redisUrl);
  const database = new URL(stage.redisUrl).pathname.slice(1);
  const ours = async () =>
    ((await redis.client('LIST')) as string).split('\n').filter((line) => line.includes(` db=${database} `)).length;
  await waitUntil(async () => (await ours()) <= 2 * 50 + 10, {
    what: 'connections of idle lanes to be closed',
    timeoutMs: 30_000,
  });
  redis.disconnect();
  expect(await stage.sent()).toMatchObject({ total: 2 * senders, most: 1 });
}, 120_000);

it('a task with more senders than there may be lanes shows that, and claims nothing', async () => {
  await applyOver(
    'too-many',
    `(SELECT n AS key, '+15550000001' AS phone_number, n AS sender FROM generate_series(1, 1500) n) people`,
  );
  const isShown = async () => (await stage.quail('task', 'show', 'too-many')).stdout.includes('more than 1000 lanes');
  await waitUntil(isShown, { what: 'the task to show it', timeoutMs: 30_000 });
  expect((await stage.quail('task', 'show', 'too-many')).stdout).toContain(
    'use a Messaging Service, or split the task by sender',
  );
  const { rows } = await stage.ledger.query('select count(*)::int as n from quailrunner.runs');
  expect(rows[0].n).toBe(2 * senders);
}, 60_000);
