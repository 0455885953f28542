import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeDefinition, makeLedger, makeScan, openTestLedger, type TestLedger } from '../test/make-ledger.js';
import { finishScan, readTask, renewScan, saveTask, takeDueScan } from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const nothing = { entitiesRead: 0, entitiesClaimed: 0 };
const isDueAgain = () => test.ask('update quailrunner.tasks set next_scan_at = now()');
const leaseRunsOut = () => test.ask(`update quailrunner.tasks set scan_lease_until = now() - interval '1 ms'`);

describe('a scan', () => {
  it('is taken by one scheduler of many', async () => {
    await saveTask(test.ledger, makeDefinition(), ann);
    const schedulers = Array.from({ length: 5 }, () => openTestLedger(test.url));
    const taken = await Promise.all(schedulers.map(takeDueScan));
    expect(taken.filter((scan) => scan !== undefined)).toHaveLength(1);
    await Promise.all(schedulers.map((scheduler) => scheduler.close()));
  });

  it('is taken with the longest due task first, and not again before its time', async () => {
    await saveTask(test.ledger, makeDefinition({ name: 'one', everyMs: 60_000 }), ann);
    await saveTask(test.ledger, makeDefinition({ name: 'two' }), ann);
    const [one, two] = [await takeDueScan(test.ledger), await takeDueScan(test.ledger)];
    expect([one?.task, two?.task]).toEqual(['one', 'two']);
    if (one) await finishScan(test.ledger, one, nothing);
    expect(await takeDueScan(test.ledger)).toBeUndefined();
    const [row] = await test.ask(
      `select extract(epoch from next_scan_at - now()) as seconds from quailrunner.tasks where name = 'one'`,
    );
    expect(Number(row?.seconds)).toBeGreaterThan(50);
  });

  it('goes to another scheduler once its lease has run out, and then changes nothing of the task', async () => {
    const first = await makeScan(test.ledger);
    await isDueAgain();
    expect(await takeDueScan(test.ledger)).toBeUndefined();
    await leaseRunsOut();
    const second = await takeDueScan(test.ledger);
    expect(second).toBeDefined();
    expect(await renewScan(test.ledger, first)).toBe(false);
    await finishScan(test.ledger, first, { ...nothing, error: { code: 'X', message: 'x' } });
    expect(await readTask(test.ledger, 'welcome')).not.toHaveProperty('error');
    await isDueAgain();
    expect(await takeDueScan(test.ledger)).toBeUndefined();
  });

  it('keeps its lease as long as it is renewed', async () => {
    const scan = await makeScan(test.ledger);
    await leaseRunsOut();
    expect(await renewScan(test.ledger, scan)).toBe(true);
    await isDueAgain();
    expect(await takeDueScan(test.ledger)).toBeUndefined();
  });

  it('shows its error on the task until one ends well', async () => {
    const scan = await makeScan(test.ledger);
    const error = { code: '42P01', message: 'relation "people" does not exist', line: 3 };
    await finishScan(test.ledger, scan, { ...nothing, error });
    expect(await readTask(test.ledger, 'welcome')).toMatchObject({ error });
    await isDueAgain();
    const second = await takeDueScan(test.ledger);
    expect(second?.isFirstOfRevision).toBe(true);
    await finishScan(test.ledger, second ?? scan, { entitiesRead: 7, entitiesClaimed: 2 });
    const task = await readTask(test.ledger, 'welcome');
    expect(task).toMatchObject({ entitiesRead: 7, entitiesClaimed: 2, lastScanAt: expect.any(Date) });
    expect(task).not.toHaveProperty('error');
    await isDueAgain();
    expect((await takeDueScan(test.ledger))?.isFirstOfRevision).toBe(false);
  });

  it('leaves the last thousand of each task', async () => {
    const { taskId } = await saveTask(test.ledger, makeDefinition(), ann);
    const other = await saveTask(test.ledger, makeDefinition({ name: 'other' }), ann);
    const add = 'insert into quailrunner.scans (task_id, revision) select $1, 1 from generate_series(1, $2)';
    await test.ask(add, [other.taskId, 30]);
    await test.ask(add, [taskId, 1_169]);
    const scan = await takeDueScan(test.ledger);
    expect(scan?.scanId).toBe('1200');
    if (scan) await finishScan(test.ledger, scan, nothing);
    const kept = await test.ask(
      'select count(*)::int as scans from quailrunner.scans group by task_id order by task_id',
    );
    expect(kept.map(({ scans }) => scans)).toEqual([1_000, 30]);
  });
});
