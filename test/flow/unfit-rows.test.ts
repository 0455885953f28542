import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

let stage: Stage;
let task: string;
let planned: { entities: { sent: number; bad: Record<string, number> } };

beforeAll(async () => {
  stage = await openStage();
  await stage.source.query(createUsers(4));
  // A header can't carry every letter; the first row that is read is the one that doesn't fit.
  await stage.source.query(`update public.users set first_name = 'Łukasz' where phone_number like '%1'`);
  // Twilio takes no text of more than 1,600 characters.
  await stage.source.query(`update public.users set first_name = repeat('x', 1600) where phone_number like '%2'`);
  const text = smsTask({
    name: 'welcome',
    predicate: 'SELECT phone_number AS entity_pk, phone_number, first_name FROM public.users ORDER BY 1',
    body: 'From=+15005550006&To={{.phone_number}}&Body=Hi {{.first_name}}',
  }).replace('    Authorization:', '    X-Name: "{{.first_name}}"\n    Authorization:');
  task = await stage.writeTask('welcome', text);
  expect(await stage.quail('migrate')).toMatchObject({ code: 0 });
  planned = JSON.parse((await stage.quail('task', 'plan', task, '--json')).stdout).plans[0];
  const applied = await stage.quail('task', 'apply', task);
  expect(applied).toMatchObject({ code: 0 });
  stage.start(['scheduler']);
  stage.start(['worker']);
}, 30_000);

afterAll(() => stage.close());

const hasEnded = (runs: { state: string }[]): boolean =>
  runs.length === 4 && runs.every(({ state }) => ['completed', 'failed'].includes(state));

it('a row that does not fit its template fails by itself, without an attempt, and stops nobody else', async () => {
  const read = async () =>
    (await stage.ledger.query('select entity_pk, state, attempts, code from quailrunner.runs order by 1')).rows;
  await waitUntil(async () => hasEnded(await read()), {
    timeoutMs: 20_000,
    what: 'all runs to end',
  });
  expect(await read()).toMatchObject([
    { state: 'failed', attempts: 0, code: expect.stringMatching(/^RENDER_/) },
    { state: 'failed', attempts: 0, code: 'PARAMETER_OUT_OF_BOUNDS' },
    { state: 'completed', attempts: 1 },
    { state: 'completed', attempts: 1 },
  ]);
});

it('a plan has told of them', () => {
  expect(planned.entities.sent).toBe(2);
  expect(planned.entities.bad).toHaveLength(2);
  expect(planned.entities.bad).toContainEqual(
    expect.objectContaining({ reason: 'Body is longer than 1600 characters', count: 1 }),
  );
});
