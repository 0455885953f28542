import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

describe('a worker that was frozen after its attempt was committed and before its request left', () => {
  let stage: Stage;
  let frozen: Running;

  beforeAll(async () => {
    stage = await openStage({ QUAIL_WORKER_LOST_AFTER: '1s', QUAIL_LOOK_UP_AFTER: '100ms' });
    await stage.source.query(createUsers(1));
    const task = smsTask({ name: 'welcome', settings: 'backoff: { first: 100ms }' });
    expect(await stage.quail('task', 'apply', await stage.writeTask('welcome', task))).toMatchObject({ code: 0 });
    stage.start(['scheduler']);
    await waitUntil(() => isRun('queued'), { what: 'the run to be fed', timeoutMs: 30_000 });
    frozen = await freezeAtStart();
  }, 90_000);

  afterAll(() => stage.close());

  it('finds its run sent by another one, and sends nothing when it wakes', async () => {
    await waitUntil(() => isRun('sending'), { what: 'the attempt to be committed' });
    const other = stage.start(['worker']);
    // The frozen one may have swallowed what wakes a worker up; then the other looks for itself after a while.
    await waitUntil(() => isRun('completed'), { what: 'another worker to send', timeoutMs: 60_000 });
    frozen.process.kill('SIGCONT');
    expect(await Promise.all([frozen.stop(), other.stop()])).toEqual([0, 0]);
    expect(await stage.sent()).toMatchObject({ total: 1 });
  }, 90_000);

  /** The commit waits for a lock of ours, and comes to pass while nobody is there to hear of it. */
  const freezeAtStart = async (): Promise<Running> => {
    const client = new pg.Client({ connectionString: stage.env.DATABASE_URL });
    await client.connect();
    await client.query('begin');
    await client.query('select from quailrunner.runs for update');
    const worker = stage.start(['worker']);
    await waitUntil(isSomebodyWaiting, { what: 'the worker to start its attempt', timeoutMs: 30_000 });
    worker.process.kill('SIGSTOP');
    await client.query('commit');
    await client.end();
    return worker;
  };

  const isSomebodyWaiting = async (): Promise<boolean> => {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return (await stage.ledger.query(waiting)).rowCount === 1;
  };

  const isRun = async (state: string): Promise<boolean> =>
    (await stage.ledger.query('select from quailrunner.runs where state = $1', [state])).rowCount === 1;
});
