import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
  await stage.source.query(createUsers(3));
  await stage.source.query(`update public.users set deleted_at = now() where phone_number like '%0000003'`);
  await stage.quail('task', 'apply', await stage.writeTask('welcome', smsTask({ name: 'welcome' })));
  stage.start(['scheduler']);
  stage.start(['worker']);
  await waitUntil(async () => (await recipients()).length === 2, { timeoutMs: 20_000, what: 'the first two messages' });
});

afterAll(() => stage.close());

const recipients = async (): Promise<string[]> => {
  const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=1000`);
  const { messages } = (await answer.json()) as { messages: { to: string }[] };
  return messages.map((message) => message.to);
};

it('a person added while it runs gets the message within 15 seconds', async () => {
  await stage.source.query(`insert into public.users (phone_number) values ('+15550000004')`);
  await waitUntil(async () => (await recipients()).includes('+15550000004'), {
    timeoutMs: 15_000,
    what: 'the message',
  });
});

it('a person deleted before the scan gets none', async () => {
  expect((await recipients()).toSorted()).toEqual(['+15550000001', '+15550000002', '+15550000004']);
});
