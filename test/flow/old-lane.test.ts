/** Who waits for a sender that is stopped, and then for another one: a change of the task is a way out of a blocked sender. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

const people = 30;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.source.query(createUsers(people));
  await stage.source.query('alter table public.users add column sender text');
  for (const app of ['scheduler', 'scheduler', 'worker']) stage.start([app]);
}, 60_000);
afterAll(() => stage.close());

const apply = async (name: string, from: string, more = '', settings = ''): Promise<void> => {
  const text = smsTask({
    name,
    predicate: `SELECT phone_number AS entity_pk, phone_number${more} FROM public.users WHERE deleted_at IS NULL`,
    body: `From=${from}&To={{.phone_number}}&Body=${name}`,
    settings: `every: 1s\n${settings}`,
  });
  expect(await stage.quail('task', 'apply', await stage.writeTask(name, text))).toMatchObject({ code: 0 });
};

const count = async (where: string): Promise<number> =>
  Number((await stage.ledger.query(`select count(*) from quailrunner.runs where ${where}`)).rows[0].count);

const until = (where: string, n: number) =>
  waitUntil(async () => (await count(where)) === n, { what: `${n} runs where ${where}`, timeoutMs: 40_000 });

const senders = async (): Promise<string[]> => {
  const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=1000`);
  const { messages } = (await answer.json()) as { messages: { from: string }[] };
  return [...new Set(messages.map(({ from }) => from))].toSorted();
};

it('goes on by the new sender while the lane of the old one is held, and who is gone is skipped', async () => {
  await stage.faults({ from: '+15005550006', status: 400, code: 21606 });
  await apply('offer', '+15005550006');
  await waitUntil(async () => (await stage.quail('lanes', 'list')).stdout.includes('held'), {
    what: 'the hold',
    timeoutMs: 30_000,
  });
  await until(`state in ('pending', 'queued')`, people); // Some have their jobs in Redis.
  await stage.source.query(`update public.users set deleted_at = now() where phone_number = '+15550000007'`);
  await apply('offer', '+15005550017');
  await until(`state = 'completed'`, people - 1);
  expect(await count(`state = 'skipped' and code = 'NO_LONGER_SELECTED'`)).toBe(1);
  expect(await stage.sent()).toMatchObject({ total: people - 1, most: 1 });
  expect(await senders()).toEqual(['+15005550017']);
}, 90_000);

it('of a task whose rows name the sender moves by the row of now, and stays where it names the old one', async () => {
  await stage.source.query(`update public.users set sender = '+15005550018'`);
  await apply('news', '{{.sender}}', ', sender', 'rate: 1/min');
  await until(`task_id = (select max(id) from quailrunner.tasks)`, people - 1);
  const lane = /(\d+) +twilio\S+18/.exec((await stage.quail('lanes', 'list')).stdout)?.[1] ?? '';
  expect(await stage.quail('lanes', 'pause', lane)).toMatchObject({ code: 0 });
  const ofNews = `task_id = (select max(id) from quailrunner.tasks)`;
  await until(`${ofNews} and state = 'sending'`, 0);
  await stage.source.query(`update public.users set sender = '+15005550019' where phone_number > '+15550000010'`);
  await apply('news', '{{.sender}}', ', sender', 'rate: 100/s');
  await until(`${ofNews} and state = 'completed' and entity_pk > '+15550000010'`, people - 10);
  const sentBefore = await count(`${ofNews} and state = 'completed' and entity_pk <= '+15550000010'`);
  expect(await count(`${ofNews} and state = 'pending' and lane_id = ${lane} and revision = 2`)).toBe(9 - sentBefore);
  expect(await count(`${ofNews} and lane_id = ${lane} and entity_pk > '+15550000010'`)).toBeLessThanOrEqual(1);
}, 90_000);
