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

const applyOver = async (name: string, count: number): Promise<{ code: number | null; stderr: string }> => {
  const predicate = `SELECT phone_number AS entity_pk, phone_number,
      '+1500555' || (1000 + row_number() OVER (ORDER BY phone_number) % ${count})::text AS sender FROM public.users`;
  const text = smsTask({
    name,
    predicate,
    body: 'From={{.sender}}&To={{.phone_number}}&Body=Hello!',
    settings: 'every: 1s',
  });
  return stage.quail('task', 'apply', await stage.writeTask(name, text));
};

it('a task with hundreds of senders has a lane for each, and a worker holds connections for few of them at a time', async () => {
  stage.start(['scheduler']);
  stage.start(['worker']);
  expect(await applyOver('welcome', senders)).toMatchObject({ code: 0 });
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
