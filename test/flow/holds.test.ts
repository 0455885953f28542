import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AlertReceiver, openAlertReceiver } from '../support/alert-receiver.js';
import { findFreePort } from '../support/free-port.js';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

let stage: Stage;
let receiver: AlertReceiver;
beforeAll(async () => {
  receiver = await openAlertReceiver();
});
afterAll(() => receiver.close());
afterEach(() => stage.close());

const open = async (people: number, settings: Record<string, string> = {}): Promise<void> => {
  receiver.posts.length = 0;
  receiver.status = 204;
  stage = await openStage({ QUAIL_ALERT_URL: receiver.url, ...settings });
  await stage.source.query(createUsers(people));
};

const apply = async (name: string, body: string): Promise<string> => {
  const text = smsTask({ name, body: `From=+15005550006&To={{.phone_number}}&Body=${body}`, settings: 'every: 1s' });
  const applied = await stage.quail('task', 'apply', await stage.writeTask(name, text));
  expect(applied).toMatchObject({ code: 0 });
  return applied.stdout;
};

const count = async (where: string): Promise<number> => {
  const { rows } = await stage.ledger.query(`select count(*)::int as n from quailrunner.${where}`);
  return rows[0].n;
};

const until = (where: string, wanted: number): Promise<unknown> =>
  waitUntil(async () => (await count(where)) === wanted, { what: `${wanted} of ${where}`, timeoutMs: 40_000 });

/** Ended attempts have been written when nothing is under way any more. */
const untilQuiet = () => until(`runs where state = 'sending'`, 0);

describe('a task whose content is refused', () => {
  beforeEach(() => open(400));

  it('is held after twenty in a row, told once, and its next revision sends to all that were left', async () => {
    await stage.faults({ status: 400, code: 21617 });
    receiver.status = 500;
    await apply('offer', 'much too long');
    stage.start(['scheduler']);
    stage.start(['worker'], { WORKER_CONCURRENCY: '10' });
    await until(`tasks where state = 'held'`, 1);
    await untilQuiet();
    const failed = await count(`runs where state = 'failed'`);
    expect(failed).toBeGreaterThanOrEqual(20);
    expect(failed).toBeLessThanOrEqual(30); // Those that were on their way.
    const shown = await stage.quail('task', 'show', 'offer');
    expect(shown.stdout).toMatch(/held\s+20 messages in a row were refused\. 21617: The body is longer/);
    await waitUntil(() => receiver.posts.length === 1, { what: 'the alert', timeoutMs: 20_000 });
    // It was not taken: it comes again, half a minute later.
    receiver.status = 204;
    await stage.ledger.query('update quailrunner.alerts set due_at = now()');
    await until('alerts where sent_at is not null', 1);
    const [first, again] = receiver.posts;
    expect(receiver.posts).toHaveLength(2);
    expect(again).toEqual(first);
    expect(first?.alert.text).toMatch(/^Task offer is held: 20 messages in a row were refused\. 21617: /);
    await stage.faults();
    expect(await apply('offer', 'short')).toContain('it was held, and goes on');
    await until(`runs where state = 'completed'`, 400 - failed);
    expect(await stage.quail('runs', 'retry', '--task', 'offer', '--yes')).toMatchObject({ code: 0 });
    await until(`runs where state = 'completed'`, 400);
    expect(await stage.sent()).toMatchObject({ total: 400, most: 1 });
  }, 90_000);
});

describe('a lane that is at fault', () => {
  it('by a code of the operator is held with their reason', async () => {
    await open(5);
    const codes = await stage.writeTask('codes', '21999: { group: lane, meaning: "The sender is on leave." }\n');
    await stage.faults({ status: 400, code: 21999 });
    await apply('offer', 'hello');
    const settings = { QUAIL_TWILIO_CODES: codes };
    stage.start(['scheduler'], settings);
    stage.start(['worker'], settings);
    await until(`lanes where state = 'held'`, 1);
    await untilQuiet();
    expect((await stage.quail('lanes', 'list')).stdout).toContain('21999: The sender is on leave.');
    await waitUntil(() => receiver.posts.length > 0, { what: 'the alert', timeoutMs: 20_000 });
    expect(receiver.posts[0]?.alert.text).toMatch(
      /^Lane 1 \(twilio\/AC0000…0007\/•••06\) is held: 21999: The sender is on leave\./,
    );
  }, 60_000);

  it('by what receipts tell is held, before many more messages are paid for', async () => {
    const port = await findFreePort();
    await open(1, { MONITOR_PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}` });
    await stage.faults({ delivery: 'undelivered', errorCode: 30034 });
    const monitor = stage.start(['monitor']);
    await waitUntil(() => monitor.output().includes('app.started'), {
      what: 'the monitor to be up',
      timeoutMs: 30_000,
    });
    await apply('offer', 'hello');
    stage.start(['scheduler']);
    stage.start(['worker']);
    await until(`lanes where state = 'held' and reason like '30034: %(told by a receipt)'`, 1);
    await until('alerts where sent_at is not null', 1);
    // A person lets it go on; a receipt that comes once more is no news.
    expect(await stage.quail('lanes', 'resume', '1')).toMatchObject({ code: 0 });
    expect(await count(`lanes where state = 'open'`)).toBe(1);
  }, 60_000);
});
