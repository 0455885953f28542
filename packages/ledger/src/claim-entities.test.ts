import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ann,
  makeDefinition,
  makeEntities,
  makeLedger,
  makeScan,
  openTestLedger,
  type TestLedger,
} from '../test/make-ledger.js';
import {
  claimEntities,
  ensureLane,
  feedRuns,
  finishScan,
  readRun,
  readRuns,
  recordRecheck,
  saveTask,
  takeDueScan,
} from './index.js';

let test: TestLedger;
let laneId: number;
beforeEach(async () => {
  test = await makeLedger();
  laneId = await ensureLane(test.ledger, 'host/example.com');
});
afterEach(() => test.close());

const makeKeys = (count: number): string[] => Array.from({ length: count }, (_, index) => `key-${index}`);
const scanAgain = async (isOver: boolean) => {
  if (isOver) await test.ask('update quailrunner.tasks set scan_id = null, scan_lease_until = null');
  await test.ask('update quailrunner.tasks set next_scan_at = now()');
  const scan = await takeDueScan(test.ledger);
  if (scan === undefined) throw new Error('due');
  return scan;
};

describe('claiming entities', () => {
  it('gives one run each when two schedulers claim the same entities at once', async () => {
    const other = openTestLedger(test.url);
    const first = await makeScan(test.ledger);
    const keys = makeKeys(2_000);
    const [mine, theirs] = await Promise.all([
      claimEntities(test.ledger, first, makeEntities(keys, laneId)),
      claimEntities(other, first, makeEntities(keys.toReversed(), laneId)),
    ]);
    expect(mine.claimed + theirs.claimed).toBe(2_000);
    const [count] = await test.ask(
      'select count(*)::int as runs, count(distinct entity_pk)::int as keys from quailrunner.runs',
    );
    expect(count).toEqual({ runs: 2_000, keys: 2_000 });
    await other.close();
  });

  it('claims only what is new, and names the lanes that have more to feed', async () => {
    const scan = await makeScan(test.ledger);
    const laneB = await ensureLane(test.ledger, 'host/b');
    expect(await claimEntities(test.ledger, scan, makeEntities(['a', 'b'], laneId))).toEqual({
      claimed: 2,
      duplicates: [],
      laneIds: new Set([laneId]),
    });
    await finishScan(test.ledger, scan, { entitiesRead: 2, entitiesClaimed: 2 });
    const next = await scanAgain(false);
    expect(await claimEntities(test.ledger, next, makeEntities(['a', 'b'], laneId))).toEqual({
      claimed: 0,
      duplicates: [],
      laneIds: new Set(),
    });
    expect(await claimEntities(test.ledger, next, makeEntities(['b', 'c'], laneB))).toEqual({
      claimed: 1,
      duplicates: [],
      laneIds: new Set([laneB]),
    });
  });

  it('tells the keys that an earlier batch of the same scan claimed', async () => {
    const scan = await makeScan(test.ledger);
    await claimEntities(test.ledger, scan, makeEntities(['a', 'b'], laneId));
    const { claimed, duplicates } = await claimEntities(test.ledger, scan, makeEntities(['c', 'b'], laneId));
    expect({ claimed, duplicates }).toEqual({ claimed: 1, duplicates: ['b'] });
  });

  it('keeps the order of the predicate', async () => {
    const scan = await makeScan(test.ledger);
    const keys = ['z', 'a', 'm', 'b'];
    await claimEntities(test.ledger, scan, makeEntities(keys, laneId));
    const runs = await readRuns(test.ledger, {}, { limit: 10 });
    expect(runs.map((run) => run.entityPk).toReversed()).toEqual(keys);
  });

  it('keeps every value as it was, NUL and lone surrogates in json columns too', async () => {
    const scan = await makeScan(test.ledger);
    const columns = { z: 'ü"\\{},', a: { deep: ['\0', null, 1.5] }, price: { $numberDecimal: '12.50' } };
    await claimEntities(test.ledger, scan, [{ pk: 'ä\\"{,}', columns, laneId }]);
    const [run] = await readRuns(test.ledger, { entityPk: 'ä\\"{,}' }, { limit: 1 });
    const story = await readRun(test.ledger, run?.runId ?? '');
    expect(story?.columns).toEqual(columns);
    expect(Object.keys(story?.columns ?? {})).toEqual(['z', 'a', 'price']);
  });

  it('claims nothing for a scan whose lease another scheduler took', async () => {
    const first = await makeScan(test.ledger);
    await scanAgain(true);
    const claim = claimEntities(test.ledger, first, makeEntities(['a'], laneId));
    await expect(claim).rejects.toMatchObject({ code: 'LEDGER_LEASE_LOST', retryable: true });
    expect(await readRuns(test.ledger, {}, { limit: 1 })).toEqual([]);
  });

  it('claims nothing when the task is revised in the midst of a batch', async () => {
    const scan = await makeScan(test.ledger);
    // The batch may ask which keys are new, and waits before it writes.
    const letGo = await test.hold('lock table quailrunner.runs in share mode');
    const claim = Promise.allSettled([claimEntities(test.ledger, scan, makeEntities(['a'], laneId))]);
    await test.waitUntilBlocked();
    await saveTask(test.ledger, makeDefinition({ retries: 1 }), ann);
    await letGo('rollback');
    expect(await claim).toMatchObject([{ status: 'rejected', reason: { code: 'LEDGER_LEASE_LOST' } }]);
    expect(await readRuns(test.ledger, {}, { limit: 1 })).toEqual([]);
  });

  it('renews the lease with each batch, and counts what the scan has done so far', async () => {
    const scan = await makeScan(test.ledger);
    await test.ask(`update quailrunner.tasks set scan_lease_until = now() + interval '1 s'`);
    await claimEntities(test.ledger, scan, makeEntities(['a', 'b'], laneId));
    await claimEntities(test.ledger, scan, makeEntities(['a'], laneId));
    const [row] = await test.ask(`select scan_lease_until > now() + interval '20 s' as renewed from quailrunner.tasks`);
    expect(row).toEqual({ renewed: true });
    const counts = await test.ask('select entities_read, entities_claimed from quailrunner.scans');
    expect(counts).toEqual([{ entities_read: '3', entities_claimed: '2' }]);
  });

  it('lets a skipped run wait again, with the row of today, when the predicate returns it once more', async () => {
    const scan = await makeScan(test.ledger, makeDefinition().settings);
    await claimEntities(test.ledger, scan, makeEntities(['a', 'b'], laneId));
    await recordRecheck(test.ledger, await feedRuns(test.ledger, { laneId, highWater: 200 }), new Map());
    const next = await scanAgain(true);
    const today = { pk: 'a', columns: { phone_number: 'new' }, laneId };
    expect(await claimEntities(test.ledger, next, [today])).toMatchObject({ claimed: 1, laneIds: new Set([laneId]) });
    const runs = await readRuns(test.ledger, {}, { limit: 10 });
    expect(runs.map(({ entityPk, state }) => [entityPk, state])).toEqual([
      ['b', 'skipped'],
      ['a', 'pending'],
    ]);
    expect(await readRun(test.ledger, runs[1]?.runId ?? '')).toMatchObject({ columns: { phone_number: 'new' } });
    expect(await claimEntities(test.ledger, next, [today])).toMatchObject({ claimed: 0, duplicates: ['a'] });
  });
});
