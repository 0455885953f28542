import type { Dispatch } from '@quailrunner/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeLedger,
  makeQueuedRuns,
  makeWorker,
  openTestLedger,
  readState,
  type TestLedger,
} from '../test/make-ledger.js';
import { readKnownSids, readRun, readUnknown, settleUnknown } from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

/** Runs whose POST timed out, due for a look now. */
const makeUnknown = async (count: number): Promise<Dispatch[]> => {
  const { runs } = await makeQueuedRuns(test.ledger, count);
  const { attempts } = await makeWorker(test.ledger);
  await Promise.all(runs.map((run) => attempts.start(run)));
  const unanswered = { state: 'unknown', verdict: 'unknown', code: 'TIMEOUT', reason: 'no answer' } as const;
  await Promise.all(
    runs.map((run) => attempts.finish({ ...run, ...unanswered, spent: true, dueInMs: -1, durationMs: 15_000 })),
  );
  return runs;
};

describe('settling an unknown run', () => {
  it('begins with those that are due for a look, with what it takes to look', async () => {
    const [run] = await makeUnknown(2);
    const unknown = await readUnknown(test.ledger, { limit: 10 });
    expect(unknown).toHaveLength(2);
    expect(unknown.find(({ runId }) => runId === run?.runId)).toEqual({
      ...run,
      taskId: 1,
      task: 'welcome',
      revision: 1,
      laneId: 1,
      entityPk: 'key-0',
      columns: { phone_number: '+1500555key-0' },
      attempts: 1,
      startedAt: expect.any(Date),
      lostAt: expect.any(Date),
      code: 'TIMEOUT',
    });
  });

  it('completes it with the message that was found', async () => {
    const [run] = (await makeUnknown(1)) as [Dispatch];
    const sent = { state: 'completed', dueInMs: 0, verdict: 'accepted', sid: 'SM1' } as const;
    expect(await settleUnknown(test.ledger, run, sent)).toBe('settled');
    const story = await readRun(test.ledger, run.runId);
    expect(story).toMatchObject({ state: 'completed', attempts: 1, history: [{ verdict: 'accepted', sid: 'SM1' }] });
    expect(story).not.toHaveProperty('code');
    expect(await readKnownSids(test.ledger, ['SM0', 'SM1'], { runId: '0', dispatch: 0 })).toEqual(new Set(['SM1']));
  });

  it('retries it when nothing was sent, with the attempt counted once', async () => {
    const [run] = (await makeUnknown(1)) as [Dispatch];
    const absent = { state: 'retrying', dueInMs: 60_000, verdict: 'transient' } as const;
    expect(await settleUnknown(test.ledger, run, absent)).toBe('settled');
    expect(await readRun(test.ledger, run.runId)).toMatchObject({
      state: 'retrying',
      attempts: 1,
      code: 'TIMEOUT',
      history: [{ verdict: 'transient', code: 'TIMEOUT' }],
    });
  });

  it('leaves it for a later look, and says why', async () => {
    const [run] = (await makeUnknown(1)) as [Dispatch];
    const later = { state: 'unknown', dueInMs: 60_000, code: 'LOOK_UP_FAILED', reason: 'HTTP 503' } as const;
    expect(await settleUnknown(test.ledger, run, later)).toBe('settled');
    expect(await readUnknown(test.ledger, { limit: 10 })).toEqual([]);
    expect(await readRun(test.ledger, run.runId)).toMatchObject({ state: 'unknown', code: 'LOOK_UP_FAILED' });
  });

  it('gives one message to one run only', async () => {
    const runs = await makeUnknown(5);
    const sent = { state: 'completed', dueInMs: 0, verdict: 'accepted', sid: 'SM1' } as const;
    const results = await Promise.all(runs.map((run) => settleUnknown(test.ledger, run, sent)));
    expect(results.toSorted()).toEqual(['settled', ...Array(4).fill('sid-taken')].sort());
    const states = await Promise.all(runs.map(async ({ runId }) => (await readState(test, runId)).state));
    expect(states.filter((state) => state === 'unknown')).toHaveLength(4);
  });

  it('is done by one of two resolvers that look at once', async () => {
    const [run] = (await makeUnknown(1)) as [Dispatch];
    const other = openTestLedger(test.url);
    const results = await Promise.all([
      settleUnknown(test.ledger, run, { state: 'retrying', dueInMs: 0, verdict: 'transient' }),
      settleUnknown(other, run, { state: 'completed', dueInMs: 0, verdict: 'accepted', sid: 'SM1' }),
    ]);
    expect(results.toSorted()).toEqual(['moved-on', 'settled']);
    await other.close();
  });
});
