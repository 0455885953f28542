import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ann,
  makeDefinition,
  makeKey,
  makeLedger,
  makeScan,
  openTestLedger,
  type TestLedger,
} from '../test/make-ledger.js';
import {
  claimEntities,
  ensureLane,
  finishScan,
  readRevision,
  readTask,
  readTasks,
  saveTask,
  setTaskState,
  takeDueScan,
} from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

describe('saving a task', () => {
  it('makes a revision of each change and none of a repetition', async () => {
    const { ledger } = test;
    expect(await saveTask(ledger, makeDefinition(), ann)).toMatchObject({ revision: 1, change: 'created' });
    expect(await saveTask(ledger, makeDefinition(), ann)).toMatchObject({ revision: 1, change: 'unchanged' });
    const changed = makeDefinition({ action: { ...makeDefinition().settings.action, body: 'new' } });
    expect(await saveTask(ledger, changed, ann)).toMatchObject({ revision: 2, change: 'revised' });
    expect(await saveTask(ledger, { ...changed, predicate: 'select 2' }, ann)).toMatchObject({ revision: 3 });
    expect(await saveTask(ledger, makeDefinition({ ratePerSecond: 2 }), ann)).toMatchObject({ revision: 4 });
  });

  it('gives back each revision as it was saved', async () => {
    const definition = makeDefinition({ ratePerSecond: 0.5, onUnknown: 'fail', success: [[200, 204]] });
    const { taskId } = await saveTask(test.ledger, definition, ann);
    await saveTask(test.ledger, makeDefinition({ retries: 0 }), ann);
    expect(await readRevision(test.ledger, taskId, 1)).toEqual(definition);
    await expect(readRevision(test.ledger, taskId, 3)).rejects.toMatchObject({ code: 'LEDGER_NO_REVISION' });
  });

  it('makes one task of two saves at once', async () => {
    const saved = await Promise.all(Array.from({ length: 6 }, () => saveTask(test.ledger, makeDefinition(), ann)));
    expect(saved.map(({ change }) => change).sort()).toEqual(['created', ...Array(5).fill('unchanged')]);
    expect(new Set(saved.map(({ taskId, revision }) => `${taskId}/${revision}`)).size).toBe(1);
  });

  it('stores no credential that can be read without the key', async () => {
    await saveTask(test.ledger, makeDefinition(), ann);
    const rows = await test.ask(`select rv::text as row, encode(action_sealed, 'escape') as sealed
      from quailrunner.task_revisions rv`);
    expect(JSON.stringify(rows)).not.toContain('top-secret');
    const other = openTestLedger(test.url, makeKey(8));
    await expect(saveTask(other, makeDefinition(), ann)).rejects.toMatchObject({ code: 'LEDGER_WRONG_KEY' });
    await expect(takeDueScan(other)).rejects.toMatchObject({ code: 'LEDGER_WRONG_KEY' });
    await other.close();
    expect(await readTask(test.ledger, 'welcome')).toMatchObject({ error: { code: 'LEDGER_WRONG_KEY' } });
  });

  it('has the revision scanned at once, and lets the scan of the old one claim nothing more', async () => {
    const { ledger } = test;
    const scan = await makeScan(ledger);
    const laneId = await ensureLane(ledger, 'host/example.com');
    await finishScan(ledger, scan, { entitiesRead: 0, entitiesClaimed: 0, error: { code: 'X', message: 'x' } });
    expect(await takeDueScan(ledger)).toBeUndefined();
    await saveTask(ledger, makeDefinition({ retries: 1 }), ann);
    const second = await takeDueScan(ledger);
    expect(second).toMatchObject({ revision: 2, isFirstOfRevision: true });
    expect(await readTask(ledger, 'welcome')).not.toHaveProperty('error');
    await saveTask(ledger, makeDefinition({ retries: 2 }), ann);
    const claim = claimEntities(ledger, { ...scan, ...second }, [{ pk: 'a', columns: {}, laneId }]);
    await expect(claim).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST' });
    expect(await test.ask('select from quailrunner.runs')).toEqual([]);
  });
});

describe('pausing a task', () => {
  it('stops its scans at once, until it goes on', async () => {
    const { ledger } = test;
    const scan = await makeScan(ledger);
    expect(await setTaskState(ledger, 'welcome', 'paused', ann)).toBe(true);
    await expect(claimEntities(ledger, scan, [])).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST' });
    expect(await takeDueScan(ledger)).toBeUndefined();
    expect((await readTasks(ledger)).map(({ state }) => state)).toEqual(['paused']);
    await setTaskState(ledger, 'welcome', 'active', ann);
    expect(await takeDueScan(ledger)).toMatchObject({ task: 'welcome' });
  });

  it('tells that there is no such task', async () => {
    expect(await setTaskState(test.ledger, 'nobody', 'paused', ann)).toBe(false);
    expect(await readTask(test.ledger, 'nobody')).toBeUndefined();
  });
});
