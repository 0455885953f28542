import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

const mine = '+15005550099';

/** The steps tell one story; each begins where the one before ended. */
describe('a test of a task', () => {
  let stage: Stage;
  let task: string;
  beforeAll(async () => {
    stage = await openStage();
    await stage.source.query(createUsers(3));
    task = await stage.writeTask(
      'welcome',
      smsTask({
        name: 'welcome',
        predicate: 'SELECT phone_number AS entity_pk, phone_number, first_name FROM public.users ORDER BY 1',
        body: 'From=+15005550006&To={{.phone_number}}&Body=Hello {{.first_name}} of {{.phone_number}}!',
        settings: 'every: 1s',
      }),
    );
    expect(await stage.quail('migrate')).toMatchObject({ code: 0 });
    stage.start(['scheduler']);
    stage.start(['worker']);
  }, 60_000);
  afterAll(() => stage.close());

  const messages = async (): Promise<{ to: string; body: string }[]> => {
    const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=100`);
    return ((await answer.json()) as { messages: { to: string; body: string }[] }).messages;
  };

  it('sends one message to my number, before the task is applied', async () => {
    const sent = await stage.quail('task', 'send-test', task, '--to', mine);
    expect(sent).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Sent: SM[0-9a-f]{32}\.\n$/) });
    expect(sent.stderr).toContain('a test, waits to be sent to •••99');
    expect(await messages()).toMatchObject([{ to: mine, body: 'Hello Ada of +15550000001!' }]);
    expect((await stage.quail('task', 'list')).stdout).toMatch(/^No tasks yet/);
  });

  it('of a certain entity is made of its row, again and again', async () => {
    let runId = '';
    for (let time = 1; time <= 2; time++) {
      const sent = await stage.quail('task', 'send-test', task, '--to', mine, '--entity', '+15550000003', '--json');
      runId = JSON.parse(sent.stdout).runId;
      expect(JSON.parse(sent.stdout)).toMatchObject({ state: 'completed', sid: expect.stringMatching(/^SM/) });
    }
    expect((await messages()).map(({ to, body }) => [to, body]).slice(1)).toEqual(
      Array(2).fill([mine, 'Hello Ada of +15550000003!']),
    );
    // It stands among nobody's runs, and is there for whoever names it.
    expect((await stage.quail('runs', 'list')).stdout).not.toContain('welcome~test');
    const { stdout } = await stage.quail('runs', 'show', runId, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ task: 'welcome~test', state: 'completed' });
  });

  it("leaves the entities' own runs as they are: everybody gets their message", async () => {
    expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
    const after = await stage.quail('task', 'send-test', 'welcome', '--to', mine);
    expect(after.code).toBe(0);
    const isDone = async () => (await messages()).filter(({ to }) => to !== mine).length === 3;
    await waitUntil(isDone, { what: 'all messages', timeoutMs: 30_000 });
    const recipients = (await messages()).map(({ to }) => to).filter((to) => to !== mine);
    expect(recipients.toSorted()).toEqual(['+15550000001', '+15550000002', '+15550000003']);
    const [listed] = JSON.parse((await stage.quail('task', 'list', '--json')).stdout);
    expect(listed).toMatchObject({ name: 'welcome', runs: { completed: 3 } });
  });

  it('that can not be sent says why', async () => {
    const cases: [string[], number, RegExp][] = [
      [['--to', '12345'], 2, /is not a number in full/],
      [['--to', '+1555'], 2, /is not a number in full/],
      [['--to', '+15005550'], 1, /too short or too long/],
      [['--to', mine, '--entity', 'nobody'], 1, /the predicate returns no such entity/],
    ];
    for (const [words, code, said] of cases) {
      const refused = await stage.quail('task', 'send-test', task, ...words);
      expect(refused).toMatchObject({ code, stderr: expect.stringMatching(said) });
    }
    await stage.faults({ to: mine, status: 400, code: 21211 });
    const failed = await stage.quail('task', 'send-test', task, '--to', mine);
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining('Not sent: 21211: The number in To') });
  });

  it('that meets a fault of its task fails at once, and neither holds the lane nor tells anybody', async () => {
    await stage.faults({ to: mine, status: 401, code: 20003 });
    const wrong = await stage.quail('task', 'send-test', task, '--to', mine);
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('Not sent: 20003: ') });
    await stage.faults();
    const text = smsTask({
      name: 'misspelt',
      predicate: 'SELECT phone_number AS entity_pk, phone_number FROM public.users ORDER BY 1',
      body: 'From=+15005550006&To={{.phone_number}}&Body=Hello {{ secrets.nowhere }}!',
    });
    for (const file of [text, text.replace(/Hello.*!/, 'Hello!').replace('twilio_basic', 'twilio_bsaic')]) {
      const sent = await stage.quail('task', 'send-test', await stage.writeTask('misspelt', file), '--to', mine);
      expect(sent).toMatchObject({ code: 1, stdout: expect.stringContaining('Not sent: RENDER_SECRET_MISSING: ') });
    }
    const lanes = JSON.parse((await stage.quail('lanes', 'list', '--json')).stdout);
    expect(lanes.map(({ state }: { state: string }) => state)).toEqual(['open']);
    expect((await stage.ledger.query('select from quailrunner.alerts')).rows).toEqual([]);
  });

  it('in a lane that is stopped says so, stays, and can be withdrawn', async () => {
    await stage.quail('lanes', 'pause', '1');
    const waits = await stage.quail('task', 'send-test', task, '--to', mine);
    expect(waits).toMatchObject({ code: 1, stdout: expect.stringContaining('It still waits; lane 1 is paused') });
    const runId = /to withdraw it: quail runs cancel (\d+)/.exec(waits.stdout)?.[1] ?? '';
    expect(await stage.quail('runs', 'cancel', runId)).toMatchObject({ code: 0 });
    expect((await stage.quail('runs', 'show', runId)).stdout).toContain('canceled');
  });
});
