import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ann,
  makeDefinition,
  makeEntities,
  makeLedger,
  makeQueuedRuns,
  makeScan,
  makeWorker,
  openTestLedger,
  readState,
  type TestLedger,
} from '../test/make-ledger.js';
import {
  claimEntities,
  countLanes,
  ensureLane,
  feedRuns,
  pauseLane,
  readLanes,
  readStaleQueued,
  readWaitingLanes,
  resumeLane,
  returnRuns,
  saveTest,
  setTaskState,
} from './index.js';

let test: TestLedger;
let laneId: number;
beforeEach(async () => {
  test = await makeLedger();
  laneId = await ensureLane(test.ledger, 'host/example.com');
});
afterEach(() => test.close());

const claim = async (name: string, count: number, lane = laneId): Promise<void> => {
  const scan = await makeScan(test.ledger, { name });
  const keys = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  await claimEntities(test.ledger, scan, makeEntities(keys, lane));
};

describe('feeding a lane', () => {
  it('takes up to its high-water mark, and no more until half of it is gone', async () => {
    await claim('task', 30);
    const first = await feedRuns(test.ledger, { laneId, highWater: 10 });
    expect(first.map(({ dispatch }) => dispatch)).toEqual(Array(10).fill(1));
    expect(first.map(({ entityPk }) => entityPk)).toEqual(Array.from({ length: 10 }, (_, index) => `task-${index}`));
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toEqual([]);
    const gone = first.slice(0, 5).map(({ runId }) => runId);
    await test.ask(`update quailrunner.runs set state = 'completed', finished_at = now() where id = any ($1)`, [gone]);
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toHaveLength(5);
  });

  it('lets tasks take turns, so that a large one delays no small one', async () => {
    await claim('large', 100);
    await claim('small', 3);
    const fed = await feedRuns(test.ledger, { laneId, highWater: 10 });
    expect(fed.map(({ task }) => task)).toEqual([
      ...['large', 'small', 'large', 'small', 'large', 'small'],
      ...Array(4).fill('large'),
    ]);
  });

  it('gives each run to one of several schedulers that feed at once', async () => {
    await claim('task', 500);
    const others = Array.from({ length: 4 }, () => openTestLedger(test.url));
    const fed = await Promise.all([test.ledger, ...others].map((each) => feedRuns(each, { laneId, highWater: 200 })));
    const ids = fed.flat().map(({ runId }) => runId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(200);
    await Promise.all(others.map((other) => other.close()));
  });

  it('leaves out a run that moves on just now', async () => {
    await claim('task', 2);
    const cancel = await test.hold(
      `update quailrunner.runs set state = 'canceled', finished_at = now(), code = 'CANCELED' where entity_pk = 'task-0'`,
    );
    const fed = feedRuns(test.ledger, { laneId, highWater: 10 });
    await test.waitUntilBlocked();
    await cancel('commit');
    expect((await fed).map(({ entityPk }) => entityPk)).toEqual(['task-1']);
  });

  it('sends each test by its own revision, however many others are saved meanwhile', async () => {
    const run = { entityPk: 'ada', columns: {}, laneId };
    await saveTest(test.ledger, makeDefinition(), run, ann);
    await saveTest(test.ledger, makeDefinition(), run, ann);
    const fed = await feedRuns(test.ledger, { laneId, highWater: 10 });
    expect(fed.map(({ entityPk, revision }) => [entityPk, revision])).toEqual([
      ['ada~test-1', 1],
      ['ada~test-2', 2],
    ]);
    await saveTest(test.ledger, makeDefinition(), run, ann);
    const { attempts } = await makeWorker(test.ledger);
    const starts = await Promise.all(fed.map((each) => attempts.start(each)));
    expect(starts).toMatchObject([{ revision: 1 }, { revision: 2 }]);
  });

  it('leaves alone what is not due yet', async () => {
    await claim('task', 2);
    await test.ask(`update quailrunner.runs set due_at = now() + interval '1 hour' where entity_pk = 'task-0'`);
    expect((await feedRuns(test.ledger, { laneId, highWater: 10 })).map(({ entityPk }) => entityPk)).toEqual([
      'task-1',
    ]);
    expect(await readWaitingLanes(test.ledger)).toEqual([]);
  });

  it('feeds nothing of a paused lane or task, and all of it afterwards', async () => {
    await claim('task', 2);
    await pauseLane(test.ledger, laneId, ann);
    expect(await readWaitingLanes(test.ledger)).toEqual([]);
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toEqual([]);
    await resumeLane(test.ledger, laneId, ann);
    await setTaskState(test.ledger, 'task', 'paused', ann);
    expect(await readWaitingLanes(test.ledger)).toEqual([]);
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toEqual([]);
    await setTaskState(test.ledger, 'task', 'active', ann);
    expect(await readWaitingLanes(test.ledger)).toMatchObject([{ laneId }]);
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toHaveLength(2);
  });
});

describe('returning fed runs', () => {
  it('takes back only those that nobody started or fed again', async () => {
    const { ledger } = test;
    const { runs } = await makeQueuedRuns(ledger, 3);
    const [started, fedAgain, lost] = runs;
    if (!started || !fedAgain || !lost) throw new Error('three runs');
    await test.ask(`update quailrunner.runs set state = 'sending', worker_id = gen_random_uuid(), started_at = now()
      where id = ${started.runId}`);
    await test.ask(`update quailrunner.runs set dispatch = 2 where id = ${fedAgain.runId}`);
    expect(await returnRuns(ledger, runs)).toBe(1);
    const states = await Promise.all(runs.map(({ runId }) => readState(test, runId)));
    expect(states.map(({ state }) => state)).toEqual(['sending', 'queued', 'pending']);
  });

  it('finds what was fed long ago, a page at a time', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 3);
    expect(await readStaleQueued(test.ledger, { olderThanMs: 60_000, limit: 10 })).toEqual([]);
    await test.ask(`update quailrunner.runs set queued_at = now() - interval '2 minutes'`);
    const page = await readStaleQueued(test.ledger, { olderThanMs: 60_000, limit: 2 });
    expect(page).toEqual(runs.slice(0, 2).map((run) => ({ ...run, laneId })));
    const afterRunId = page[1]?.runId ?? '';
    expect(await readStaleQueued(test.ledger, { olderThanMs: 60_000, limit: 2, afterRunId })).toHaveLength(1);
  });
});

describe('a lane', () => {
  it('is one lane for all who ask for its key at once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 8 }, () => ensureLane(test.ledger, 'twilio/AC1/+15005550006', { defaultRate: 1 })),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await readLanes(test.ledger))[1]).toEqual({
      laneId: ids[0],
      key: 'twilio/AC1/+15005550006',
      state: 'open',
      ratePerSecond: 1,
    });
  });

  it('that is held is paused by a person, who lets it go on', async () => {
    const { ledger } = test;
    const sender = await ensureLane(ledger, 'twilio/AC0123/+15005550006');
    await test.ask(`update quailrunner.lanes set state = 'held', reason = '20003: a' where id = $1`, [sender]);
    expect(await pauseLane(ledger, sender, ann)).toBe(true);
    expect((await readLanes(ledger))[1]).toMatchObject({ state: 'paused', reason: 'ann' });
    expect(await resumeLane(ledger, sender, ann)).toBe(true);
    expect(await resumeLane(ledger, sender, ann)).toBe(false);
    expect(await pauseLane(ledger, 99, ann)).toBe(false);
  });

  it('is counted by what waits, what Redis has and what is being sent', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 3);
    await claim('other', 2);
    await test.ask(`update quailrunner.runs set state = 'sending', worker_id = gen_random_uuid(), started_at = now()
      where id = ${runs[0]?.runId}`);
    expect(await countLanes(test.ledger)).toEqual([
      { laneId, key: 'host/example.com', state: 'open', waiting: 2, queued: 2, sending: 1, throttles: 0 },
    ]);
  });
});
