import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

interface ShownRun {
  readonly runId: string;
  readonly state: string;
  readonly code: string | null;
  readonly attempts: { verdict: string; httpStatus: number | null; code: string | null; startedAt: string }[];
}

const broken = '+15550000001';
const invalid = '+15550000002';

describe('Twilio answering 500 for one number and 21211 for another', () => {
  let stage: Stage;
  let runs: Map<string, string>;

  beforeAll(async () => {
    stage = await openStage({ QUAIL_LOOK_UP_AFTER: '300ms' });
    await stage.source.query(createUsers(3));
    await stage.faults({ to: broken, status: 500 }, { to: invalid, status: 400, code: 21211 });
    const settings = 'retries: 3\nbackoff: { first: 500ms, factor: 3, jitter: 0 }';
    const task = await stage.writeTask('welcome', smsTask({ name: 'welcome', settings }));
    expect(await stage.quail('task', 'apply', task)).toMatchObject({ code: 0 });
    stage.start(['scheduler']);
    stage.start(['worker']);
    await waitUntil(async () => (await count('failed')) === 2 && (await count('completed')) === 1, {
      timeoutMs: 60_000,
      what: 'two runs to fail and one to complete',
    });
    runs = await readRunIds();
  }, 90_000);

  afterAll(() => stage.close());

  it('the first is retried with growing waits and fails with all its attempts on record', async () => {
    const run = await show(broken);
    expect(run.state).toBe('failed');
    expect(run.attempts.map((attempt) => attempt.httpStatus)).toEqual([500, 500, 500, 500]);
    const at = run.attempts.map((attempt) => Date.parse(attempt.startedAt));
    const waits = at.slice(1).map((time, n) => time - (at[n] ?? 0));
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[1]).toBeGreaterThan((waits[0] ?? 0) * 1.2);
    expect(waits[2]).toBeGreaterThan((waits[1] ?? 0) * 1.2);
  });

  it('the second fails at once, with its code', async () => {
    expect(await show(invalid)).toMatchObject({ state: 'failed', code: '21211', attempts: [{ httpStatus: 400 }] });
  });

  it('nothing was sent to either of them', async () => {
    expect(await recipients()).toEqual(['+15550000003']);
  });

  it('a person queues them again, and they go through once the fault is gone', async () => {
    await stage.faults();
    const retried = await stage.quail('runs', 'retry', '--task', 'welcome', '--yes');
    expect(retried).toMatchObject({ code: 0, stdout: expect.stringContaining('2') });
    await waitUntil(async () => (await count('completed')) === 3, { timeoutMs: 30_000, what: 'all runs to complete' });
    expect(await recipients()).toEqual([broken, invalid, '+15550000003']);
  });

  const count = async (state: string): Promise<number> => {
    const { rows } = await stage.ledger.query('select count(*)::int as n from quailrunner.runs where state = $1', [
      state,
    ]);
    return rows[0].n;
  };

  const readRunIds = async (): Promise<Map<string, string>> => {
    const { rows } = await stage.ledger.query(`select columns ->> 'phone_number' as phone, id from quailrunner.runs`);
    return new Map(rows.map((row) => [row.phone, row.id]));
  };

  const show = async (phone: string): Promise<ShownRun> => {
    const shown = await stage.quail('runs', 'show', runs.get(phone) ?? '', '--json');
    expect(shown.code).toBe(0);
    return JSON.parse(shown.stdout) as ShownRun;
  };

  const recipients = async (): Promise<string[]> => {
    const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=1000`);
    const { messages } = (await answer.json()) as { messages: { to: string }[] };
    return messages.map((message) => message.to).toSorted();
  };
});
