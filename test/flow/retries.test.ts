import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

const users = 150;

describe('after a mass failure', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await openStage();
    await stage.source.query(createUsers(users));
    await stage.faults({ status: 400, code: 21211 });
    const settings = 'retries: 0';
    const task = await stage.writeTask('welcome', smsTask({ name: 'welcome', settings }));
    expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
    stage.start(['scheduler']);
    stage.start(['worker']);
    await until('failed', users);
    await stage.faults();
    // So slow that there is time to act.
    expect(await stage.quail('lanes', 'rate', '1', '8/s')).toMatchObject({ code: 0 });
  }, 120_000);

  afterAll(() => stage.close());

  const count = async (state: string): Promise<number> => {
    const { rows } = await stage.ledger.query('select count(*)::int as n from quailrunner.runs where state = $1', [
      state,
    ]);
    return rows[0].n;
  };
  const until = (state: string, runs: number) =>
    waitUntil(async () => (await count(state)) === runs, { timeoutMs: 60_000, what: `${runs} runs to be ${state}` });
  const settled = () =>
    waitUntil(async () => (await count('completed')) + (await count('failed')) + (await count('canceled')) === users, {
      timeoutMs: 60_000,
      what: 'all runs to come to their end',
    });
  const read = async (retryId: string) => {
    const all = JSON.parse((await stage.quail('runs', 'retries', '--json')).stdout) as { retryId: string }[];
    return all.find((retry) => retry.retryId === retryId);
  };

  it('a retry is followed, left by Ctrl-C without being stopped, and stopped: nothing more is sent then', async () => {
    const following = stage.start(['runs', 'retry', '--task', 'welcome', '--yes', '--wait']);
    await waitUntil(async () => (await stage.sent()).total >= 10, { timeoutMs: 30_000, what: 'the first to be sent' });
    expect(await following.stop('SIGINT')).toBe(0);
    expect(following.output()).toMatch(
      /150 of 150 moved[\s\S]*Retry 1 goes on\. To stop it: quail runs retries stop 1\n$/,
    );
    expect(await read('1')).toMatchObject({ state: 'running' });
    expect(await stage.quail('runs', 'retries', 'stop', '1')).toMatchObject({ code: 0 });
    await settled();
    const { total } = await stage.sent();
    expect(total).toBeLessThan(users);
    expect([await count('completed'), await count('failed')]).toEqual([total, users - total]);
    const stopped = await read('1');
    expect(stopped).toMatchObject({ state: 'stopped', moved: users, returned: users - total });
  });

  it('what waits is canceled while it is being sent, and nothing of that is', async () => {
    const before = (await stage.sent()).total;
    const retried = await stage.quail('runs', 'retry', '--task', 'welcome', '--yes');
    expect(retried.stdout).toMatch(/Retry 2 has started/);
    await waitUntil(async () => (await stage.sent()).total >= before + 10, {
      timeoutMs: 30_000,
      what: 'the first of them to be sent',
    });
    const canceled = await stage.quail('runs', 'cancel', '--task', 'welcome', '--yes');
    expect(canceled.stdout).toMatch(/^\d+ runs canceled\.\n$/);
    await settled();
    const { total, most } = await stage.sent();
    expect(most).toBe(1);
    expect(await count('completed')).toBe(total);
    expect(await count('canceled')).toBe(users - total);
    expect(await count('canceled')).toBeGreaterThan(0);
    const { rows } = await stage.ledger.query(
      `select columns ->> 'phone_number' as number from quailrunner.runs where state = 'canceled'`,
    );
    const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=1000`);
    const { messages } = (await answer.json()) as { messages: { to: string }[] };
    const recipients = new Set(messages.map(({ to }) => to));
    expect(rows.filter(({ number }) => recipients.has(number))).toEqual([]);
    await waitUntil(async () => ((await read('2')) as { state?: string }).state === 'finished', {
      timeoutMs: 30_000,
      what: 'the retry to be finished',
    });
  });
});
