import type { Dispatch } from '@quailrunner/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ann,
  loseWorker,
  makeLedger,
  makeQueuedRuns,
  makeWorker,
  readState,
  type TestLedger,
} from '../test/make-ledger.js';
import {
  type Attempts,
  type FinishedAttempt,
  pauseLane,
  readRun,
  readUnknown,
  setTaskState,
  settleUnknown,
  sweepLostWorkers,
} from './index.js';

let test: TestLedger;
let attempts: Attempts;
let workerId: string;
beforeEach(async () => {
  test = await makeLedger();
  ({ workerId, attempts } = await makeWorker(test.ledger));
});
afterEach(() => test.close());

const accepted = (run: Dispatch, changes: Partial<FinishedAttempt> = {}): FinishedAttempt => ({
  ...run,
  state: 'completed',
  spent: true,
  dueInMs: 0,
  verdict: 'accepted',
  durationMs: 12.4,
  httpStatus: 201,
  ...changes,
});

const throttled = (run: Dispatch): FinishedAttempt =>
  accepted(run, {
    state: 'pending',
    spent: false,
    dueInMs: 5_000,
    verdict: 'throttled',
    httpStatus: 429,
    code: '20429',
  });

/** What a worker records of a start that it never heard of. */
const undone = (run: Dispatch): FinishedAttempt =>
  accepted(run, { state: 'pending', spent: false, verdict: 'transient', code: 'LEDGER_LOST' });

const makeOne = async (): Promise<Dispatch> => (await makeQueuedRuns(test.ledger, 1)).runs[0] as Dispatch;

/** What it takes for the worker to be taken for lost while its POST is under way. */
const makeSwept = async (): Promise<Dispatch> => {
  const run = await makeOne();
  await attempts.start(run);
  await loseWorker(test, workerId);
  expect(await sweepLostWorkers(test.ledger, { olderThanMs: 1 })).toBe(1);
  expect(await readState(test, run.runId)).toMatchObject({ state: 'unknown', attempts: 1 });
  return run;
};

describe('starting an attempt', () => {
  it('gives the run to one of all the workers that have its job', async () => {
    const { laneId, runs, scan } = await makeQueuedRuns(test.ledger, 20);
    const workers = [attempts, (await makeWorker(test.ledger)).attempts, (await makeWorker(test.ledger)).attempts];
    const started = await Promise.all(workers.flatMap((worker) => runs.map((run) => worker.start(run))));
    const mine = started.filter((run) => run !== undefined);
    expect(new Set(mine.map(({ runId }) => runId)).size).toBe(20);
    expect(mine).toHaveLength(20);
    expect(mine.find(({ runId }) => runId === runs[0]?.runId)).toEqual({
      ...runs[0],
      taskId: scan.taskId,
      revision: 1,
      laneId,
      entityPk: 'key-0',
      columns: { phone_number: '+1500555key-0' },
      attempts: 0,
    });
  });

  it('gives it once to a worker that has its job twice at the same moment', async () => {
    const run = await makeOne();
    const started = await Promise.all([attempts.start(run), attempts.start(run)]);
    expect(started.filter((each) => each !== undefined)).toHaveLength(1);
  });

  it('starts nothing for a late job', async () => {
    const run = await makeOne();
    await test.ask('update quailrunner.runs set dispatch = 2');
    expect(await attempts.start(run)).toBeUndefined();
    expect(await readState(test, run.runId)).toMatchObject({ state: 'queued' });
    expect(await attempts.start({ runId: '999', dispatch: 1 })).toBeUndefined();
  });

  it.each([
    ['lane', (laneId: number) => pauseLane(test.ledger, laneId, ann)],
    ['task', () => setTaskState(test.ledger, 'welcome', 'paused', ann)],
  ])('sends the run back when its %s was paused after the feed', async (_, pause) => {
    const { laneId, runs } = await makeQueuedRuns(test.ledger, 2);
    await pause(laneId);
    expect(await Promise.all(runs.map((run) => attempts.start(run)))).toEqual([undefined, undefined]);
    for (const { runId } of runs) expect(await readState(test, runId)).toMatchObject({ state: 'pending', attempts: 0 });
  });
});

describe('finishing an attempt', () => {
  it('moves the run and keeps the attempt', async () => {
    const run = await makeOne();
    await attempts.start(run);
    const retry = {
      state: 'retrying',
      dueInMs: 60_000,
      verdict: 'transient',
      code: 'HTTP_500',
      reason: 'oops',
    } as const;
    expect(await attempts.finish(accepted(run, { ...retry, httpStatus: 500, excerpt: 'a\0b' }))).toBe(true);
    const story = await readRun(test.ledger, run.runId);
    expect(story).toMatchObject({ state: 'retrying', attempts: 1, code: 'HTTP_500', reason: 'oops' });
    expect(story?.dueAt.getTime()).toBeGreaterThan(Date.now() + 50_000);
    expect(story?.history).toMatchObject([
      {
        dispatch: 1,
        number: 1,
        workerId,
        verdict: 'transient',
        httpStatus: 500,
        durationMs: 12,
        excerpt: 'a\u{fffd}b',
      },
    ]);
  });

  it('is refused a second time, and to a worker that did not start it', async () => {
    const run = await makeOne();
    await attempts.start(run);
    const other = await makeWorker(test.ledger);
    expect(await other.attempts.finish(accepted(run))).toBe(false);
    const twice = await Promise.all([attempts.finish(accepted(run)), attempts.finish(accepted(run))]);
    expect(twice.toSorted()).toEqual([false, true]);
    expect(await attempts.finish(accepted(run, { state: 'failed', verdict: 'refused' }))).toBe(false);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'completed', attempts: 1 });
  });

  it('spends no attempt on a throttle, and numbers the next one the same', async () => {
    const run = await makeOne();
    await attempts.start(run);
    await attempts.finish(throttled(run));
    expect(await readState(test, run.runId)).toMatchObject({ state: 'pending', attempts: 0 });
    await test.ask(`update quailrunner.runs set state = 'queued', dispatch = 2`);
    await attempts.start({ ...run, dispatch: 2 });
    await attempts.finish(accepted({ ...run, dispatch: 2 }));
    expect((await readRun(test.ledger, run.runId))?.history.map(({ number }) => number)).toEqual([1, 1]);
  });

  it('stands without its sid when another message has it', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 3);
    await Promise.all(runs.map((run) => attempts.start(run)));
    expect(await Promise.all(runs.map((run) => attempts.finish(accepted(run, { sid: 'SM1' }))))).toEqual([
      true,
      true,
      true,
    ]);
    expect(await test.ask('select sid from quailrunner.attempts where sid is not null')).toEqual([{ sid: 'SM1' }]);
  });

  it('rejects only the one whose value the ledger refuses', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 3);
    await Promise.all(runs.map((run) => attempts.start(run)));
    const settled = await Promise.allSettled(
      runs.map((run, index) => attempts.finish(accepted(run, index === 1 ? { httpStatus: 99_999 } : {}))),
    );
    expect(settled).toMatchObject([
      { status: 'fulfilled', value: true },
      { status: 'rejected', reason: { code: 'LEDGER_VALUE_REFUSED' } },
      { status: 'fulfilled', value: true },
    ]);
  });
});

describe('a worker taken for lost', () => {
  it('leaves its runs unknown, with the attempt counted and kept', async () => {
    const run = await makeSwept();
    expect(await sweepLostWorkers(test.ledger, { olderThanMs: 1 })).toBe(0);
    const story = await readRun(test.ledger, run.runId);
    expect(story).toMatchObject({
      code: 'WORKER_LOST',
      history: [{ number: 1, verdict: 'unknown', code: 'WORKER_LOST' }],
    });
    expect(story?.dueAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('is not lost while it shows itself, or has begun something lately', async () => {
    const run = await makeOne();
    await attempts.start(run);
    await test.ask(`update quailrunner.runs set started_at = now() - interval '10 minutes'`);
    expect(await sweepLostWorkers(test.ledger, { olderThanMs: 30_000 })).toBe(0);
    await loseWorker(test, workerId);
    await test.ask('update quailrunner.runs set started_at = now()');
    expect(await sweepLostWorkers(test.ledger, { olderThanMs: 30_000 })).toBe(0);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'sending' });
  });

  it('is given up after longer than any request may take, whatever it shows', async () => {
    const run = await makeOne();
    await attempts.start(run);
    await test.ask(`update quailrunner.runs set started_at = now() - interval '20 minutes'`);
    expect(await sweepLostWorkers(test.ledger, { olderThanMs: 1_000 })).toBe(1);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'unknown' });
  });

  it('may still record its answer, which corrects the attempt and counts it once', async () => {
    const run = await makeSwept();
    expect(await attempts.finish(accepted(run, { sid: 'SM1' }))).toBe(true);
    const story = await readRun(test.ledger, run.runId);
    expect(story).toMatchObject({
      state: 'completed',
      attempts: 1,
      history: [{ verdict: 'accepted', sid: 'SM1', number: 1 }],
    });
    expect(story).not.toHaveProperty('code');
  });

  it('may still say that it was throttled: the attempt is given back', async () => {
    const run = await makeSwept();
    expect(await attempts.finish(throttled(run))).toBe(true);
    const story = await readRun(test.ledger, run.runId);
    expect(story).toMatchObject({ state: 'retrying', attempts: 0, history: [{ verdict: 'throttled', number: 1 }] });
  });

  it('is believed when it says that the message was taken, as long as nothing was sent again', async () => {
    const run = await makeSwept();
    await settleUnknown(test.ledger, run, { state: 'retrying', dueInMs: 0, verdict: 'transient' });
    expect(await attempts.finish(accepted(run))).toBe(true);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'completed', attempts: 1 });
  });

  it('is refused once the run was settled without it', async () => {
    const run = await makeSwept();
    await settleUnknown(test.ledger, run, { state: 'retrying', dueInMs: 0, verdict: 'transient' });
    expect(await attempts.finish(throttled(run))).toBe(false);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'retrying', attempts: 1 });
    expect(await readUnknown(test.ledger, { limit: 10 })).toEqual([]);
  });
});

describe('a run goes back to be fed anew instead of being started', () => {
  it.each([
    ['its task was revised after it was fed', 'update quailrunner.tasks set revision = revision + 1'],
    ['it stood in Redis for long', `update quailrunner.runs set queued_at = now() - interval '11 minutes'`],
  ])('when %s', async (_, change) => {
    const run = await makeOne();
    await test.ask(change);
    expect(await attempts.start(run)).toBeUndefined();
    expect(await readState(test, run.runId)).toMatchObject({ state: 'pending', attempts: 0 });
  });

  it('not while a slow lane may need as long for what was fed', async () => {
    const run = await makeOne();
    await test.ask(`
      update quailrunner.runs set queued_at = now() - interval '3 hours';
      update quailrunner.lanes set rate_per_second = 1 / 60.0`);
    expect(await attempts.start(run)).toBeDefined();
  });
});

describe('a connection lost in the midst of a group commit', () => {
  it('rejects its members, leaves nothing half done, and goes on afterwards', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 50);
    const letGo = await test.hold(`select from quailrunner.runs where id = ${runs.at(-1)?.runId} for update`);
    const starts = Promise.allSettled(runs.map((run) => attempts.start(run)));
    const writer = await test.waitUntilBlocked();
    await test.ask('select pg_terminate_backend($1)', [writer]);
    expect(new Set((await starts).map(({ status }) => status))).toEqual(new Set(['rejected']));
    await letGo('rollback');
    const states = await test.ask('select distinct state from quailrunner.runs');
    expect(states).toEqual([{ state: 'queued' }]);
    await Promise.all(runs.map((run) => attempts.finish(undone(run))));
    const again = await Promise.all(runs.map((run) => attempts.start(run)));
    expect(again.filter((run) => run !== undefined)).toHaveLength(50);
  });

  it('keeps a job that comes twice from undoing its own attempt', async () => {
    const run = await makeOne();
    await attempts.start(run);
    // Its start would fail, and be undone: the ledger isn't asked.
    const letGo = await test.hold('lock table quailrunner.runs in access exclusive mode');
    expect(await attempts.start(run)).toBeUndefined();
    await letGo('rollback');
    expect(await attempts.finish(accepted(run))).toBe(true);
  });

  it('keeps a run unknown that was sent by the job before', async () => {
    const run = await makeOne();
    await attempts.start(run);
    const lost = { state: 'unknown', verdict: 'unknown', code: 'TIMEOUT' } as const;
    await attempts.finish(accepted(run, lost));
    expect(await attempts.finish(undone(run))).toBe(false);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'unknown', attempts: 1 });
  });
});
