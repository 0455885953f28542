/** Runs that wait when their task gets another sender: they go out by that sender's lane, and heed what is said of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers } from '../support/tasks.js';
import { busiestSecond, readArrivals } from './arrivals.js';
import { applyTask, startWorkers, until } from './crew.js';

const [old, fresh] = ['+15005550006', '+15005550010'];
const people = 60;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.source.query(createUsers(people));
});
afterAll(() => stage.close());

const bodyOf = (from: string): string => `From=${from}&To={{.phone_number}}&Body=Hello!`;

it('a revision with another sender sends by that sender, at its rate, and nothing while it is paused', async () => {
  // The lane of the new sender is known and paused already.
  await applyTask(stage, { name: 'first', body: bodyOf(fresh), predicate: everyoneNot, settings: 'every: 1s' });
  stage.start(['scheduler']);
  await until(stage, 'lanes', (n) => n === 1);
  expect(await stage.quail('lanes', 'pause', '1')).toMatchObject({ code: 0 });
  await applyTask(stage, { name: 'offer', body: bodyOf(old), settings: 'every: 1s\nrate: 2/s' });
  startWorkers(stage, 2);
  await until(stage, `runs where state = 'completed'`, (n) => n >= 3);
  await applyTask(stage, { name: 'offer', body: bodyOf(fresh), settings: 'every: 1s\nrate: 20/s' });
  await until(stage, `runs where lane_id = 2 and state in ('pending', 'queued', 'sending')`, (n) => n === 0);
  await sleep(1_500);
  expect((await readArrivals(stage, fresh)).length).toBe(0);
  expect(await stage.quail('lanes', 'resume', '1')).toMatchObject({ code: 0 });
  await until(stage, `runs where state = 'completed' and task_id = 2`, (n) => n === people);
  expect(busiestSecond(await readArrivals(stage, fresh))).toBeLessThanOrEqual(20);
  expect(await stage.sent()).toMatchObject({ most: 1 });
  // A later scan has seen that nothing is left there.
  await until(stage, `task_lanes where task_id = 2 and lane_id = 2`, (n) => n === 0);
}, 90_000);

const everyoneNot = `SELECT '0' AS entity_pk, '+15559999999' AS phone_number`;
