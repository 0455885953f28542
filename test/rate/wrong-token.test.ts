/** A wrong token: the lane stops, once and with its reason, and everybody in it keeps their attempts. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AlertReceiver, openAlertReceiver } from '../support/alert-receiver.js';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers } from '../support/tasks.js';
import { applyTask, count, readAnswers, startWorkers, sumOf, until, untilUp } from './crew.js';

const people = 5_000;

let stage: Stage;
let receiver: AlertReceiver;
let workers: Running[];
beforeAll(async () => {
  receiver = await openAlertReceiver();
  stage = await openStage({ QUAIL_ALERT_URL: receiver.url });
  await stage.source.query(createUsers(people));
  await applyTask(stage, { name: 'offer', settings: 'rate: 2000/s' });
  const wrong = Buffer.from('AC00000000000000000000000000000007:wrong').toString('base64');
  workers = startWorkers(stage, 3, { QUAIL_SECRET_TWILIO_BASIC: wrong });
  await untilUp(workers);
  stage.start(['scheduler']);
  await until(stage, 'runs', (n) => n === people);
  await until(stage, `lanes where state = 'held'`, (n) => n === 1);
  await until(stage, `runs where state = 'sending'`, (n) => n === 0);
}, 90_000);
afterAll(async () => {
  await stage.close();
  await receiver.close();
});

it('holds the lane with the reason after a few requests', async () => {
  const answers = await readAnswers(stage);
  expect(Object.keys(answers)).toEqual(['20003']);
  expect(sumOf(answers)).toBeLessThanOrEqual(20);
  expect((await stage.quail('lanes', 'list')).stdout).toContain('20003: Twilio does not accept the credentials.');
});

it('tells a person once', async () => {
  await waitUntil(() => receiver.posts.length > 0, { what: 'the alert', timeoutMs: 20_000 });
  await until(stage, 'alerts where sent_at is not null', (n) => n === 1);
  expect(receiver.posts).toHaveLength(1);
  expect(receiver.posts[0]?.alert).toMatchObject({
    kind: 'lane.held',
    reason: '20003: Twilio does not accept the credentials.',
  });
  expect(await count(stage, 'alerts')).toBe(1);
});

it('sends to everybody, with one attempt each, once the token is mended and the lane resumed', async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  startWorkers(stage, 3);
  expect(await stage.quail('lanes', 'resume', '1')).toMatchObject({ code: 0 });
  await until(stage, `runs where state = 'completed'`, (n) => n === people, 90_000);
  expect(await count(stage, 'runs where attempts <> 1')).toBe(0);
  expect(await stage.sent()).toMatchObject({ total: people, most: 1 });
}, 120_000);
