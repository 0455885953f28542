import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.source.query(createUsers(1));
  const task = smsTask({
    name: 'welcome',
    predicate: 'SELECT phone_number AS entity_pk, phone_number, first_name FROM users WHERE deleted_at IS NULL',
    body: 'From=+15005550006&To={{.phone_number}}&Body=Hello {{.first_name}}!',
    settings: 'every: 1s',
  });
  await stage.quail('task', 'apply', await stage.writeTask('welcome', task));
  stage.start(['scheduler']);
  stage.start(['worker']);
  await waitUntil(async () => (await sent()).size === 1, { what: 'the first message' });
  // Three more come while the lane is paused; one of them leaves and one changes before it goes on.
  await stage.quail('lanes', 'pause', '1');
  await stage.source.query(`
    insert into public.users (phone_number, first_name)
    values ('+15550000002', 'Ada'), ('+15550000003', 'Ada'), ('+15550000004', 'Ada')`);
  await waitUntil(async () => (await countRuns()) === 4, { what: 'the claims' });
  await stage.source.query(`
    update public.users set deleted_at = now() where phone_number = '+15550000003';
    update public.users set first_name = 'Grace' where phone_number = '+15550000004';`);
  await stage.quail('lanes', 'resume', '1');
  await waitUntil(async () => (await sent()).size === 3, { what: 'the other messages' });
}, 60_000);

afterAll(() => stage.close());

const sent = async (): Promise<Map<string, string>> => {
  const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=1000`);
  const { messages } = (await answer.json()) as { messages: { to: string; body: string }[] };
  return new Map(messages.map(({ to, body }) => [to, body]));
};

const countRuns = async (): Promise<number> =>
  (await stage.ledger.query('select count(*)::int as n from quailrunner.runs')).rows[0].n;

it('a person deleted while waiting gets no message, and the run says why', async () => {
  expect((await sent()).has('+15550000003')).toBe(false);
  const { rows } = await stage.ledger.query(
    `select state, code from quailrunner.runs where entity_pk = '+15550000003'`,
  );
  expect(rows).toEqual([{ state: 'skipped', code: 'NO_LONGER_SELECTED' }]);
});

it('a message says what the row says when it is sent', async () => {
  expect((await sent()).get('+15550000004')).toBe('Hello Grace!');
  expect((await sent()).get('+15550000002')).toBe('Hello Ada!');
});

it('nobody of 500 who wait in a slow lane gets a message once they have left or opted out', async () => {
  await stage.source.query('create table public.many as select n, true as wants from generate_series(1001, 1500) n');
  const predicate = `SELECT n AS entity_pk, '+1555000' || n AS phone_number FROM public.many WHERE wants ORDER BY n`;
  const settings = 'every: 1s\nrate: 5/s';
  const body = 'From=+15005550010&To={{.phone_number}}&Body=Hello!';
  const slow = await stage.writeTask('slow', smsTask({ name: 'slow', predicate, body, settings }));
  expect(await stage.quail('task', 'apply', slow)).toMatchObject({ code: 0 });
  const runs = async (where: string): Promise<number> =>
    (await stage.ledger.query(`select count(*)::int as n from quailrunner.runs where lane_id = 2 and ${where}`)).rows[0]
      .n;
  const until = (where: string, n: number) =>
    waitUntil(async () => (await runs(where)) >= n, { what: `${n} of ${where}`, timeoutMs: 40_000 });
  await until('true', 500);
  await until(`state = 'completed'`, 3);
  // One is in Redis already, the other waits in the ledger.
  await stage.source.query('delete from public.many where n = 1150');
  await stage.source.query('update public.many set wants = false where n = 1450');
  await until(`state = 'skipped' and entity_pk = '1150'`, 1);
  expect(await stage.quail('lanes', 'rate', '2', '1000/s')).toMatchObject({ code: 0 });
  await until(`state = 'completed'`, 498);
  const { rows } = await stage.ledger.query(
    `select entity_pk, state, code from quailrunner.runs where lane_id = 2 and state <> 'completed' order by 1`,
  );
  const skipped = { state: 'skipped', code: 'NO_LONGER_SELECTED' };
  expect(rows).toEqual([
    { entity_pk: '1150', ...skipped },
    { entity_pk: '1450', ...skipped },
  ]);
  const recipients = await sent();
  expect([recipients.has('+15550001150'), recipients.has('+15550001450'), recipients.has('+15550001151')]).toEqual([
    false,
    false,
    true,
  ]);
}, 120_000);

it('a person who comes back gets the message after all', async () => {
  await stage.source.query('update public.users set deleted_at = null');
  await waitUntil(async () => (await sent()).has('+15550000003'), { what: 'the message' });
});
