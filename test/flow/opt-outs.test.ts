import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../support/free-port.js';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

const sender = '+15005550006';
const other = '+15005550010';
const person = '+15550000001';

/** The steps tell one story; each begins where the one before ended. */
describe('somebody who opts out', () => {
  let stage: Stage;
  let monitorUrl: string;
  let running: Running[] = [];

  beforeAll(async () => {
    const port = await findFreePort();
    monitorUrl = `http://127.0.0.1:${port}`;
    stage = await openStage({ MONITOR_PORT: String(port), PUBLIC_URL: monitorUrl });
    await stage.source.query(createUsers(2));
    await startAll();
    await write(person, sender, 'Stop');
    await apply('welcome', sender);
    await untilRuns('welcome', { completed: 1, failed: 1 });
  }, 90_000);

  afterAll(() => stage.close());

  it('by an answer of Twilio is suppressed with that sender, and nobody can read the number', async () => {
    expect(await codes('welcome')).toEqual(['21610']);
    const listed = await stage.quail('suppressions', 'list');
    expect(listed.stdout).toMatch(/twilio\/AC0000…0007\/•••06\s+•••01\s+answer \(21610\)/);
    expect(running.map((one) => one.output()).join()).not.toContain('5550000001');
  });

  it('is skipped, visibly, by another task with that sender, and gets what another sender sends', async () => {
    await apply('reminder', sender);
    await apply('elsewhere', other);
    await untilRuns('reminder', { completed: 1, skipped: 1 });
    await untilRuns('elsewhere', { completed: 2 });
    expect(await codes('reminder')).toEqual(['SUPPRESSED']);
    const shown = await stage.quail('runs', 'list', '--task', 'reminder', '--state', 'skipped');
    expect(shown.stdout).toContain('SUPPRESSED: The recipient wants no messages from this sender.');
  });

  it('stays suppressed when Redis forgets and all processes start anew', async () => {
    await Promise.all(running.map((one) => one.stop()));
    const redis = new Redis(stage.redisUrl);
    await redis.flushdb();
    redis.disconnect();
    await startAll();
    await apply('news', sender);
    await untilRuns('news', { completed: 1, skipped: 1 });
    expect(await sentTo(person)).toEqual([other]);
  });

  it('and comes back by START gets what was skipped, and nothing twice', async () => {
    expect(await write(person, sender, 'START', `${monitorUrl}/twilio/messages`)).toEqual({
      asks: 'start',
      status: 200,
    });
    await untilRuns('reminder', { completed: 2 });
    await untilRuns('news', { completed: 2 });
    expect((await sentTo(person)).toSorted()).toEqual([sender, sender, other].toSorted());
    expect((await stage.quail('suppressions', 'list')).stdout).toContain('Nobody has opted out.');
  });

  it('by a word of their own is suppressed before anything else is sent', async () => {
    expect(await write(person, sender, 'stopall', `${monitorUrl}/twilio/messages`)).toMatchObject({ status: 200 });
    await apply('later', sender);
    await untilRuns('later', { completed: 1, skipped: 1 });
    const lifted = await stage.quail('suppressions', 'lift', '--number', person);
    expect(lifted).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 lifted; 1 run that was skipped goes with'),
    });
  });

  const startAll = async (): Promise<void> => {
    running = ['monitor', 'scheduler', 'worker'].map((app) => stage.start([app]));
    await waitUntil(() => running.every((one) => one.output().includes('app.started')), {
      what: 'all to be up',
      timeoutMs: 30_000,
    });
  };

  const write = async (from: string, to: string, body: string, url?: string): Promise<unknown> => {
    const answer = await fetch(`${stage.sandbox.url}/sandbox/replies`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from, to, body, ...(url === undefined ? {} : { url }) }),
    });
    return answer.json();
  };

  const apply = async (name: string, from: string): Promise<void> => {
    const body = `From=${from}&To={{.phone_number}}&Body=${name}`;
    const task = await stage.writeTask(name, smsTask({ name, body, settings: 'every: 1s' }));
    expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
  };

  const untilRuns = (task: string, wanted: Record<string, number>): Promise<unknown> => {
    const sql = `select state, count(*)::int as runs from quailrunner.runs
      where task_id = (select id from quailrunner.tasks where name = $1) group by state`;
    const isThere = async () => {
      const { rows } = await stage.ledger.query<{ state: string; runs: number }>(sql, [task]);
      const states = Object.fromEntries(rows.map(({ state, runs }) => [state, runs]));
      return JSON.stringify(Object.entries(states).toSorted()) === JSON.stringify(Object.entries(wanted).toSorted());
    };
    return waitUntil(isThere, { what: `${task} to be ${JSON.stringify(wanted)}`, timeoutMs: 30_000 });
  };

  const codes = async (task: string): Promise<string[]> => {
    const { rows } = await stage.ledger.query(
      `select code from quailrunner.runs where code is not null
        and task_id = (select id from quailrunner.tasks where name = $1)`,
      [task],
    );
    return rows.map(({ code }) => code);
  };

  const sentTo = async (to: string): Promise<string[]> => {
    const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?to=${encodeURIComponent(to)}`);
    const { messages } = (await answer.json()) as { messages: { from: string }[] };
    return messages.map(({ from }) => from);
  };
});
