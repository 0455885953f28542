import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann } from '../../../test/support/index.js';
import { endWaiting, makeFailed, watchRetries } from '../test/make-failed.js';
import { makeLedger, makeScan, makeWorker, openTestLedger, type TestLedger } from '../test/make-ledger.js';
import {
  advanceBulkRetries,
  type BulkRetry,
  type BulkRetryFilter,
  countRetry,
  type DueScan,
  ensureLane,
  feedRuns,
  readAudit,
  readBulkRetries,
  readBulkRetry,
  readRun,
  startBulkRetry,
  stopBulkRetry,
} from './index.js';

let test: TestLedger;
let welcome: DueScan;
let goodbye: DueScan;
let laneId: number;
let other: number;

beforeEach(async () => {
  test = await makeLedger();
  welcome = await makeScan(test.ledger);
  goodbye = await makeScan(test.ledger, { name: 'goodbye' });
  laneId = await ensureLane(test.ledger, 'host/example.com', { defaultRate: 10 });
  other = await ensureLane(test.ledger, 'host/other.example.com');
});
afterEach(() => test.close());

const start = async (filter: BulkRetryFilter = { task: 'welcome' }): Promise<string> => {
  const started = await startBulkRetry(test.ledger, filter, ann);
  if (started === undefined) throw new Error('there is something to retry');
  return started.retryId;
};
const advance = () => advanceBulkRetries(test.ledger);
const read = async (retryId: string): Promise<BulkRetry> => {
  const retry = await readBulkRetry(test.ledger, retryId);
  if (retry === undefined) throw new Error('it was started');
  return retry;
};
const countState = async (state: string): Promise<number> => {
  const [row] = await test.ask<{ runs: number }>(
    'select count(*)::int as runs from quailrunner.runs where state = $1',
    [state],
  );
  return row?.runs ?? 0;
};
const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1_000);

describe('counting what a bulk retry would take', () => {
  beforeEach(async () => {
    await makeFailed(test, welcome, { count: 3, laneId, code: '30003', ago: 3_600 });
    await makeFailed(test, welcome, { count: 2, laneId: other, code: '30007', ago: 60 });
    await makeFailed(test, goodbye, { count: 4, laneId: other, code: '30007', ago: 60 });
  });

  it('tells how many, by lane and by code', async () => {
    expect(await countRetry(test.ledger, { task: 'welcome' })).toEqual({
      runs: 5,
      isMore: false,
      byLane: [
        { laneId, key: 'host/example.com', state: 'open', ratePerSecond: 10, runs: 3 },
        { laneId: other, key: 'host/other.example.com', state: 'open', runs: 2 },
      ],
      byCode: [
        { code: '30003', reason: 'because of 30003', runs: 3 },
        { code: '30007', reason: 'because of 30007', runs: 2 },
      ],
    });
  });

  it.each<[string, BulkRetryFilter, number]>([
    ['of any task', {}, 9],
    ['of a task that is not there', { task: 'another' }, 0],
    ['with a code', { code: '30007' }, 6],
    ['of a task with a code', { task: 'welcome', code: '30007' }, 2],
    ['since then', { since: ago(600) }, 6],
    ['until then', { until: ago(600) }, 3],
    ['with all of it', { task: 'welcome', since: ago(7_200), until: ago(600), code: '30007' }, 0],
    ['until a time to come', { until: ago(-600) }, 9],
  ])('%s', async (_, filter, runs) => {
    expect((await countRetry(test.ledger, filter)).runs).toBe(runs);
  });

  it('leaves tests of tasks alone, as the retry itself does', async () => {
    await test.ask(`update quailrunner.tasks set name = 'goodbye~test', kind = 'test' where name = 'goodbye'`);
    expect((await countRetry(test.ledger, {})).runs).toBe(5);
    await start({});
    expect(await advance()).toBe(5);
  });
});

describe('a bulk retry', () => {
  it('is on record with who asked for what', async () => {
    await makeFailed(test, welcome, { count: 2, laneId });
    const since = ago(600);
    const retryId = await start({ task: 'welcome', code: '30003', since });
    expect(await read(retryId)).toMatchObject({
      state: 'running',
      by: ann,
      total: 2,
      moved: 0,
      filter: { task: 'welcome', code: '30003', since },
    });
    expect(await readAudit(test.ledger, { limit: 1 }, { act: 'retry.started' })).toMatchObject([
      { by: ann, subject: { kind: 'retry', id: retryId }, after: { runs: 2, filter: { task: 'welcome' } } },
    ]);
  });

  it('is none where nothing has failed so, and where there is no such task', async () => {
    await makeFailed(test, welcome, { count: 1, laneId });
    expect(await startBulkRetry(test.ledger, { task: 'goodbye' }, ann)).toBeUndefined();
    expect(await startBulkRetry(test.ledger, { task: 'welcome', code: '1' }, ann)).toBeUndefined();
    await expect(startBulkRetry(test.ledger, { task: 'nope' }, ann)).rejects.toMatchObject({ code: 'NO_SUCH_TASK' });
    expect(await readBulkRetries(test.ledger, { limit: 9 })).toEqual([]);
    expect(await readAudit(test.ledger, { limit: 9 }, { act: 'retry.started' })).toEqual([]);
  });

  it('moves a thousand, and the next ones when nearly all of these have ended', async () => {
    const ids = await makeFailed(test, welcome, { count: 2_500, laneId });
    const retryId = await start();
    expect(await advance()).toBe(1_000);
    expect(await advance()).toBe(0);
    await endWaiting(test, 'completed', 799);
    expect(await advance()).toBe(0);
    await endWaiting(test, 'completed', 1);
    expect(await advance()).toBe(1_000);
    expect(await read(retryId)).toMatchObject({ moved: 2_000, onTheirWay: 1_200, completed: 800, state: 'running' });
    await endWaiting(test, 'completed', 1_200);
    expect(await advance()).toBe(500);
    await endWaiting(test, 'completed', 500);
    expect(await advance()).toBe(0);
    expect(await read(retryId)).toMatchObject({ state: 'finished', moved: 2_500, completed: 2_500, onTheirWay: 0 });
    expect(await countState('completed')).toBe(ids.length);
    await advance();
  });

  it('gives each all its attempts, and keeps what it failed with until the next one', async () => {
    const [runId = ''] = await makeFailed(test, welcome, { count: 1, laneId });
    await start();
    await advance();
    expect(await readRun(test.ledger, runId)).toMatchObject({ state: 'pending', attempts: 0, code: '30003' });
    const [again] = await feedRuns(test.ledger, { laneId, highWater: 10 });
    expect(again).toMatchObject({ runId, dispatch: 2 });
  });

  it('takes only what had failed when it was asked for, and that once', async () => {
    await makeFailed(test, welcome, { count: 3, laneId });
    const retryId = await start();
    await makeFailed(test, welcome, { count: 5, laneId, ago: -1 });
    const moves = await watchRetries(test);
    expect(await advance()).toBe(3);
    await endWaiting(test, 'failed', 3);
    expect(await advance()).toBe(0);
    expect([...(await moves()).values()]).toEqual([1, 1, 1]);
    expect(await read(retryId)).toMatchObject({ state: 'finished', failed: 3 });
    expect(await countState('failed')).toBe(8);
  });

  it('takes those of its code and time only, however many others there are', async () => {
    await makeFailed(test, welcome, { count: 25_000, laneId, ago: 7_200 });
    const [wanted] = await makeFailed(test, welcome, { count: 1, laneId, ago: 60 });
    await makeFailed(test, welcome, { count: 1, laneId: other, code: '30007', ago: 60 });
    const moves = await watchRetries(test);
    const retryId = await start({ task: 'welcome', code: '30003', since: ago(600) });
    expect(await advance()).toBe(0);
    expect((await read(retryId)).state).toBe('running');
    expect(await advance()).toBe(1);
    expect([...(await moves()).keys()]).toEqual([wanted]);
  });

  it('of no task in particular goes from one to the next', async () => {
    await makeFailed(test, goodbye, { count: 700, laneId });
    await makeFailed(test, welcome, { count: 700, laneId });
    const retryId = await start({});
    expect(await advance()).toBe(1_000);
    await endWaiting(test, 'completed', 900);
    expect(await advance()).toBe(400);
    await endWaiting(test, 'completed', 500);
    await advance();
    expect(await read(retryId)).toMatchObject({ state: 'finished', completed: 1_400, total: 1_400 });
  });

  it('tells what became of its runs, and what they wait for', async () => {
    await makeFailed(test, welcome, { count: 6, laneId });
    const retryId = await start();
    await advance();
    for (const state of ['completed', 'failed', 'skipped'] as const) await endWaiting(test, state, 1);
    await test.ask(`update quailrunner.runs set state = 'unknown' where id = (
      select min(id) from quailrunner.runs where shelf = 'waiting')`);
    await test.ask(`update quailrunner.lanes set state = 'held', reason = '20003: Authenticate' where id = ${laneId}`);
    await test.ask(`update quailrunner.tasks set state = 'paused' where name = 'welcome'`);
    await advance();
    expect(await read(retryId)).toMatchObject({
      state: 'running',
      moved: 6,
      completed: 1,
      failed: 1,
      skipped: 1,
      unknown: 1,
      onTheirWay: 2,
      waitsFor: [
        { kind: 'lane', laneId, state: 'held', runs: 2 },
        { kind: 'task', task: 'welcome', state: 'paused', runs: 2 },
      ],
    });
  });

  it('is read a page at a time, the newest first', async () => {
    await makeFailed(test, welcome, { count: 1, laneId });
    const ids = [await start(), await start(), await start()].toReversed();
    const list = async (page: Parameters<typeof readBulkRetries>[1]) =>
      (await readBulkRetries(test.ledger, page)).map(({ retryId }) => retryId);
    expect(await list({ limit: 2 })).toEqual(ids.slice(0, 2));
    expect(await list({ limit: 2, beforeRetryId: ids[1] ?? '' })).toEqual(ids.slice(2));
  });
});

describe('a bulk retry that is stopped', () => {
  it('moves no more, and gives back what was not tried again, as it was', async () => {
    await makeFailed(test, welcome, { count: 1_500, laneId });
    const retryId = await start();
    await advance();
    const [sending, queued] = await feedRuns(test.ledger, { laneId, highWater: 10 });
    if (sending === undefined || queued === undefined) throw new Error('they are due');
    const { attempts } = await makeWorker(test.ledger);
    await attempts.start(sending);
    expect(await stopBulkRetry(test.ledger, retryId, ann)).toEqual({ returned: 999 });
    expect(await advance()).toBe(0);
    expect(await countState('failed')).toBe(1_499);
    expect(await attempts.start(queued)).toBeUndefined();
    expect(await readRun(test.ledger, queued.runId)).toMatchObject({ code: '30003', reason: 'because of 30003' });
    await attempts.finish({
      ...sending,
      state: 'completed',
      verdict: 'accepted',
      spent: true,
      dueInMs: 0,
      durationMs: 1,
    });
    await advance();
    expect(await read(retryId)).toMatchObject({
      state: 'stopped',
      moved: 1_000,
      returned: 999,
      completed: 1,
      onTheirWay: 0,
    });
    expect(await readAudit(test.ledger, { limit: 1 }, { act: 'retry.stopped' })).toMatchObject([
      { by: ann, subject: { kind: 'retry', id: retryId }, after: { returned: 999 } },
    ]);
  });

  it('lets those that were tried go on by themselves', async () => {
    const [runId = ''] = await makeFailed(test, welcome, { count: 1, laneId });
    const retryId = await start();
    await advance();
    await test.ask(`update quailrunner.runs set state = 'retrying', attempts = 1 where id = $1`, [runId]);
    expect(await stopBulkRetry(test.ledger, retryId, ann)).toEqual({ returned: 0 });
    expect(await read(retryId)).toMatchObject({ state: 'stopped', onTheirWay: 1 });
  });

  it('stays stopped: once is enough, and what is finished or was never there is not stopped', async () => {
    await makeFailed(test, welcome, { count: 1, laneId });
    const retryId = await start();
    await stopBulkRetry(test.ledger, retryId, ann);
    expect(await stopBulkRetry(test.ledger, retryId, ann)).toBeUndefined();
    expect(await stopBulkRetry(test.ledger, '999', ann)).toBeUndefined();
    const second = await start();
    await advance();
    await endWaiting(test, 'completed', 1);
    await advance();
    expect(await stopBulkRetry(test.ledger, second, ann)).toBeUndefined();
    expect(await readAudit(test.ledger, { limit: 9 }, { act: 'retry.stopped' })).toHaveLength(1);
  });

  it('gives back the batch that is being moved at this very moment, too', async () => {
    const [first = ''] = await makeFailed(test, welcome, { count: 10, laneId });
    const retryId = await start();
    const end = await test.hold(`select from quailrunner.runs where id = ${first} for update`);
    const advancing = advance();
    await test.waitUntilBlocked();
    const stopping = stopBulkRetry(openOther(), retryId, ann);
    await turn();
    await end('rollback');
    expect(await advancing).toBe(10);
    expect(await stopping).toEqual({ returned: 10 });
    expect(await countState('failed')).toBe(10);
  });
});

const opened: ReturnType<typeof openTestLedger>[] = [];
const openOther = () => {
  const ledger = openTestLedger(test.url);
  opened.push(ledger);
  return ledger;
};
afterEach(() => Promise.all(opened.splice(0).map((ledger) => ledger.close())));

describe('whatever happens to a scheduler', () => {
  it('two of them at once move each run once, and none is left out', async () => {
    const ids = await makeFailed(test, welcome, { count: 3_300, laneId });
    const moves = await watchRetries(test);
    const retryId = await start();
    const schedulers = [test.ledger, openOther(), openOther()];
    while ((await read(retryId)).state === 'running') {
      await Promise.all([...schedulers.map(advanceBulkRetries), endWaiting(test, 'completed', 400)]);
    }
    const times = await moves();
    expect(ids.filter((id) => times.get(id) !== 1)).toEqual([]);
    expect(await read(retryId)).toMatchObject({ state: 'finished', moved: 3_300, completed: 3_300 });
  });

  /** Where its transaction stands still until the test lets it go on, or ends it. */
  const stands: readonly [string, string][] = [
    ['before it moves', 'quailrunner.runs'],
    ['between the move and the note of it', 'quailrunner.bulk_retries'],
  ];

  it.each(stands)('%s its end changes nothing, and the next one moves each run once', async (_, table) => {
    const ids = await makeFailed(test, welcome, { count: 1_200, laneId });
    const moves = await watchRetries(test);
    const retryId = await start();
    await test.ask(`
      create function stand_still() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(7); return new; end $$`);
    await test.ask(`
      create trigger stand_still before update on ${table} for each row execute function stand_still()`);
    const end = await test.hold('select pg_advisory_xact_lock(7)');
    const advancing = advance();
    const ended = expect(advancing).rejects.toThrow();
    await test.ask('select pg_terminate_backend($1)', [await test.waitUntilBlocked()]);
    await ended;
    await end('rollback');
    expect([await countState('failed'), (await moves()).size]).toEqual([1_200, 0]);
    expect(await read(retryId)).toMatchObject({ moved: 0, onTheirWay: 0 });
    expect(await advance()).toBe(1_000);
    await endWaiting(test, 'completed', 1_000);
    expect(await advance()).toBe(200);
    const times = await moves();
    expect(ids.filter((id) => times.get(id) !== 1)).toEqual([]);
  });

  it('a run that somebody else moves at the same moment is neither moved twice nor waited for in vain', async () => {
    const [first = '', second = ''] = await makeFailed(test, welcome, { count: 2, laneId });
    await start();
    const end = await test.hold(`update quailrunner.runs set state = 'completed' where id = ${first}`);
    const advancing = advance();
    await test.waitUntilBlocked();
    await end('commit');
    expect(await advancing).toBe(1);
    expect(await readRun(test.ledger, first)).toMatchObject({ state: 'completed' });
    expect(await readRun(test.ledger, second)).toMatchObject({ state: 'pending' });
  });
});
