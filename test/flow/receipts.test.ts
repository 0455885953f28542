import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../support/free-port.js';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

interface ShownRun {
  readonly state: string;
  readonly delivery?: string;
  readonly deliveryCode?: string;
  readonly receipts: { status: string; sid: string }[];
  readonly attempts: { verdict: string; settledBy?: string; sid?: string }[];
}

const unreachable = '+15550000002';
const silent = '+15550000003';

describe('Twilio calling back', () => {
  let stage: Stage;

  beforeAll(async () => {
    const port = await findFreePort();
    stage = await openStage({
      MONITOR_PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      QUAIL_LOOK_UP: 'off',
      QUAIL_LOOK_UP_AFTER: '300ms',
    });
    await stage.source.query(createUsers(3));
    await stage.faults(
      { to: unreachable, delivery: 'undelivered', errorCode: 30003 },
      { to: silent, from: '+15005550006', drop: 'after', times: 1 },
    );
    const monitor = stage.start(['monitor']);
    await waitUntil(() => monitor.output().includes('app.started'), { what: 'the monitor to be up' });
    for (const app of ['scheduler', 'worker']) stage.start([app]);
    // From another number, so that the faults tell the two tasks apart.
    const own = 'From=+15005550010&To={{.phone_number}}&Body=Own!&StatusCallback=http://127.0.0.1:9/mine';
    for (const task of [smsTask({ name: 'welcome' }), smsTask({ name: 'own', body: own })]) {
      const name = /name: (\S+)/.exec(task)?.[1] ?? '';
      expect(await stage.quail('task', 'apply', await stage.writeTask(name, task))).toMatchObject({ code: 0 });
    }
    await waitUntil(async () => (await deliveries()).join() === 'delivered,delivered,undelivered', {
      what: 'the last receipts',
      timeoutMs: 30_000,
    });
  }, 60_000);

  afterAll(() => stage.close());

  it('shows that a message was delivered', async () => {
    expect(await show('welcome', '+15550000001')).toMatchObject({
      state: 'completed',
      delivery: 'delivered',
      receipts: [{ status: 'sent' }, { status: 'delivered' }],
    });
  });

  it('shows that a message was not delivered, and why', async () => {
    expect(await show('welcome', unreachable)).toMatchObject({
      state: 'completed',
      delivery: 'undelivered',
      deliveryCode: '30003',
    });
  });

  it('settles a run whose answer never came, without a look-up and without a second message', async () => {
    const run = await show('welcome', silent);
    expect(run).toMatchObject({ state: 'completed', delivery: 'delivered' });
    // Whether the attempt has the message's sid too depends on who was first, the receipt or its worker.
    expect(run.attempts).toMatchObject([{ verdict: 'accepted', settledBy: 'receipt' }]);
    expect(new Set(run.receipts.map(({ sid }) => sid)).size).toBe(1);
    expect(await stage.sent()).toMatchObject({ total: 6, most: 2 });
  });

  it('leaves the address alone that a task gave itself', async () => {
    const answer = await fetch(`${stage.sandbox.url}/sandbox/messages`);
    const { messages } = (await answer.json()) as { messages: { body: string; statusCallback: string }[] };
    const own = messages.filter(({ body }) => body === 'Own!');
    expect(own.map(({ statusCallback }) => statusCallback)).toEqual(Array(3).fill('http://127.0.0.1:9/mine'));
    expect(await show('own', '+15550000001')).not.toHaveProperty('delivery');
  });

  const ofTask = (task: string) =>
    `from quailrunner.runs where task_id = (select id from quailrunner.tasks where name = '${task}')`;

  const deliveries = async (): Promise<string[]> => {
    const { rows } = await stage.ledger.query(
      `select delivery ${ofTask('welcome')} and delivery is not null order by 1`,
    );
    return rows.map(({ delivery }) => delivery);
  };

  const show = async (task: string, phone: string): Promise<ShownRun> => {
    const sql = `select id ${ofTask(task)} and columns ->> 'phone_number' = $1`;
    const { rows } = await stage.ledger.query(sql, [phone]);
    const shown = await stage.quail('runs', 'show', rows[0]?.id ?? '', '--json');
    expect(shown.code).toBe(0);
    return JSON.parse(shown.stdout) as ShownRun;
  };
});
