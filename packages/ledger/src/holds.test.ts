import type { Dispatch } from '@quailrunner/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeDefinition, makeLedger, makeQueuedRuns, makeWorker, type TestLedger } from '../test/make-ledger.js';
import {
  feedRuns,
  holdLane,
  holdTask,
  readTask,
  recordAlertSent,
  resumeLane,
  saveTask,
  setTaskState,
  takeDueAlerts,
  takeDueScan,
} from './index.js';

let test: TestLedger;
beforeAll(async () => {
  test = await makeLedger();
});
afterAll(() => test.close());
beforeEach(() =>
  test.ask('truncate quailrunner.runs, quailrunner.tasks, quailrunner.lanes, quailrunner.alerts cascade'),
);

const alerts = () =>
  test.ask<{ kind: string; reason: string }>('select kind, reason from quailrunner.alerts order by id');
const times = <Result>(count: number, work: () => Promise<Result>) => Promise.all(Array.from({ length: count }, work));

const startRuns = async (count: number) => {
  const queued = await makeQueuedRuns(test.ledger, count);
  const { attempts } = await makeWorker(test.ledger);
  for (const run of queued.runs) await attempts.start(run);
  return queued;
};

/** As if it had been fed and started once more. */
const startAgain = ({ runId }: Dispatch) =>
  test.ask('update quailrunner.runs set started_at = clock_timestamp() where id = $1', [runId]);

describe('a lane at fault', () => {
  it('is held once and tells one alert, however many runs meet the fault at once', async () => {
    const { laneId, runs } = await startRuns(2);
    const [run, next] = runs as [Dispatch, Dispatch];
    const held = await times(20, () => holdLane(test.ledger, run, '20003: No.'));
    expect(held.filter(Boolean)).toEqual([{ laneId, lane: 'host/example.com' }]);
    expect(await alerts()).toEqual([{ kind: 'lane.held', reason: '20003: No.' }]);
    await resumeLane(test.ledger, laneId, ann);
    await startAgain(next);
    await holdLane(test.ledger, next, '20003: Again.');
    expect(await alerts()).toHaveLength(2);
  });

  it('is not held by what is told late of an attempt, once a person has let it go on', async () => {
    const { laneId, runs } = await startRuns(3);
    const [first, early, late] = runs as [Dispatch, Dispatch, Dispatch];
    await holdLane(test.ledger, first, '20003: No.');
    await resumeLane(test.ledger, laneId, ann);
    expect(await holdLane(test.ledger, early, '30034: told')).toBeUndefined();
    await startAgain(late);
    expect(await holdLane(test.ledger, late, '30034: told')).toEqual({ laneId, lane: 'host/example.com' });
    expect(await holdLane(test.ledger, late, '30034: told')).toBeUndefined();
  });
});

describe('a task whose content is at fault', () => {
  const setUp = async () => {
    const { laneId, scan } = await makeQueuedRuns(test.ledger, 1);
    return { laneId, taskId: scan.taskId, revision: scan.revision };
  };

  it('is held once and tells one alert; it is neither scanned nor fed until a person resumes it', async () => {
    const { laneId, ...task } = await setUp();
    const held = await times(20, () => holdTask(test.ledger, task, '20 in a row'));
    expect(held.filter(Boolean)).toEqual(['welcome']);
    expect(await alerts()).toEqual([{ kind: 'task.held', reason: '20 in a row' }]);
    expect(await readTask(test.ledger, 'welcome')).toMatchObject({ state: 'held', reason: '20 in a row' });
    await test.ask(`update quailrunner.tasks set next_scan_at = now()`);
    await test.ask(`update quailrunner.runs set state = 'pending'`);
    expect(await takeDueScan(test.ledger)).toBeUndefined();
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toEqual([]);
    await setTaskState(test.ledger, 'welcome', 'active', ann);
    expect(await readTask(test.ledger, 'welcome')).not.toHaveProperty('reason');
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toHaveLength(1);
  });

  it('goes on with a revision that changes it, and not with one that does not', async () => {
    const task = await setUp();
    await holdTask(test.ledger, task, 'bad');
    expect(await saveTask(test.ledger, makeDefinition(), ann)).toMatchObject({ change: 'unchanged', isResumed: false });
    expect(await saveTask(test.ledger, makeDefinition({ retries: 1 }), ann)).toMatchObject({
      revision: 2,
      isResumed: true,
    });
    expect(await readTask(test.ledger, 'welcome')).toMatchObject({ state: 'active' });
  });

  it('is not held for what an older revision said', async () => {
    const task = await setUp();
    await saveTask(test.ledger, makeDefinition({ retries: 1 }), ann);
    expect(await holdTask(test.ledger, task, 'bad')).toBeUndefined();
  });

  it('that a person has paused stays paused', async () => {
    const task = await setUp();
    await setTaskState(test.ledger, 'welcome', 'paused', ann);
    expect(await holdTask(test.ledger, task, 'bad')).toBeUndefined();
    expect(await saveTask(test.ledger, makeDefinition({ retries: 1 }), ann)).toMatchObject({ isResumed: false });
    expect(await readTask(test.ledger, 'welcome')).toMatchObject({ state: 'paused' });
  });
});

describe('an alert', () => {
  it('is taken by one of two schedulers, and again later until it was sent', async () => {
    const { laneId, runs } = await startRuns(1);
    await holdLane(test.ledger, runs[0] as Dispatch, '20003: No.');
    const taken = (await times(2, () => takeDueAlerts(test.ledger, 10))).flat();
    expect(taken).toMatchObject([{ kind: 'lane.held', laneId, key: 'host/example.com', reason: '20003: No.' }]);
    expect(await takeDueAlerts(test.ledger, 10)).toEqual([]);
    await test.ask(`update quailrunner.alerts set due_at = now()`);
    const [again] = await takeDueAlerts(test.ledger, 10);
    await recordAlertSent(test.ledger, again?.alertId ?? '');
    expect(await test.ask('select due_at, tries from quailrunner.alerts')).toEqual([{ due_at: null, tries: 2 }]);
  });

  it('is no news any more after a day', async () => {
    const { runs } = await startRuns(1);
    await holdLane(test.ledger, runs[0] as Dispatch, '20003: No.');
    await test.ask(`update quailrunner.alerts set created_at = now() - interval '25 hours'`);
    expect(await takeDueAlerts(test.ledger, 10)).toEqual([]);
  });
});
