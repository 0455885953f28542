import { type RunState, runStates } from '@quailrunner/domain';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann } from '../../../test/support/index.js';
import {
  makeLedger,
  makeQueuedRuns,
  makeWorker,
  openTestLedger,
  readState,
  type TestLedger,
} from '../test/make-ledger.js';
import {
  cancelRuns,
  cancelTask,
  claimEntities,
  feedRuns,
  openReceipts,
  readAudit,
  readRun,
  retryRuns,
  returnRuns,
} from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const cancelable: readonly RunState[] = ['pending', 'queued', 'retrying'];

const setState = (runId: string, state: RunState) =>
  test.ask(
    `update quailrunner.runs
     set state = $2, worker_id = gen_random_uuid(), started_at = now(),
       finished_at = case when $2 in ('completed', 'failed', 'skipped', 'canceled') then now() end,
       code = case when $2 = 'canceled' then 'CANCELED' end
     where id = $1`,
    [runId, state],
  );

describe('canceling runs', () => {
  it('takes what waits, and says of the others what they are', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, runStates.length);
    const ids = new Map(runStates.map((state, n) => [runs[n]?.runId ?? '', state]));
    for (const [runId, state] of ids) await setState(runId, state);
    const { canceled, refused } = await cancelRuns(test.ledger, [...ids.keys(), '999'], ann);
    expect(canceled.map((runId) => ids.get(runId)).sort()).toEqual([...cancelable].sort());
    const others = [...ids].filter(([, state]) => !cancelable.includes(state));
    expect(refused).toEqual([...others.map(([runId, state]) => ({ runId, state })), { runId: '999' }]);
    for (const runId of canceled) {
      expect(await readRun(test.ledger, runId)).toMatchObject({
        state: 'canceled',
        code: 'CANCELED',
        reason: 'Canceled by ann.',
      });
    }
    expect(await cancelRuns(test.ledger, canceled, ann)).toMatchObject({ canceled: [] });
  });

  it('is on record for each of them', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 2);
    await cancelRuns(
      test.ledger,
      runs.map(({ runId }) => runId),
      ann,
    );
    const acts = await readAudit(test.ledger, { limit: 9 }, { act: 'run.canceled' });
    expect(acts.map(({ by, subject, before, after }) => ({ by, subject, before, after }))).toEqual(
      runs.toReversed().map(({ runId }) => ({
        by: ann,
        subject: { kind: 'run', id: runId },
        before: { state: 'queued' },
        after: { state: 'canceled' },
      })),
    );
  });

  it('is for good: no feed, no job, no retry and no scan brings a run back', async () => {
    const { runs, laneId, scan } = await makeQueuedRuns(test.ledger, 1);
    const [run] = runs;
    if (run === undefined) throw new Error('there is one');
    await cancelRuns(test.ledger, [run.runId], ann);
    const { attempts } = await makeWorker(test.ledger);
    expect(await attempts.start(run)).toBeUndefined();
    expect(await returnRuns(test.ledger, [run])).toBe(0);
    expect(await feedRuns(test.ledger, { laneId, highWater: 10 })).toEqual([]);
    expect(await retryRuns(test.ledger, { runIds: [run.runId], by: ann })).toBe(0);
    expect(await claimEntities(test.ledger, scan, [{ pk: 'key-0', columns: {}, laneId }])).toMatchObject({
      claimed: 0,
    });
    expect(await readState(test, run.runId)).toMatchObject({ state: 'canceled' });
  });

  it('gives way to a receipt, which tells that it was sent after all', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 1);
    const [run] = runs;
    if (run === undefined) throw new Error('there is one');
    await cancelRuns(test.ledger, [run.runId], ann);
    const receipt = { ...run, sid: 'SM1', status: 'sent', delivery: 'sent', wasSent: true } as const;
    await openReceipts(test.ledger).record(receipt);
    expect(await readState(test, run.runId)).toMatchObject({ state: 'completed' });
  });

  it('and a worker that starts at the same moment never both have a run', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 300);
    const { attempts } = await makeWorker(test.ledger);
    const other = openTestLedger(test.url);
    // The start of all of them stands still halfway, while they are canceled one by one from the other end.
    const end = await test.hold(`select from quailrunner.runs where id = ${runs[150]?.runId} for update`);
    const starting = runs.map((run) => attempts.start(run));
    await test.waitUntilBlocked();
    const canceling = runs.toReversed().map(({ runId }) => cancelRuns(other, [runId], ann));
    await canceling[100];
    await end('rollback');
    const started = (await Promise.all(starting)).flatMap((run) => (run === undefined ? [] : [run.runId]));
    const canceled = (await Promise.all(canceling)).flatMap((each) => each.canceled);
    await other.close();
    expect(started.filter((runId) => canceled.includes(runId))).toEqual([]);
    expect([...started, ...canceled].sort()).toEqual(runs.map(({ runId }) => runId).sort());
    expect([started.length > 0, canceled.length > 0]).toEqual([true, true]);
  });
});

describe('canceling what a task has waiting', () => {
  it('leaves what may have left, tells how much that is, and is on record', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 9);
    const states: RunState[] = ['pending', 'retrying', 'queued', 'queued', 'sending', 'sending', 'unknown', 'failed'];
    for (const [n, state] of states.entries()) await setState(runs[n]?.runId ?? '', state);
    expect(await cancelTask(test.ledger, 'welcome', ann)).toEqual({ canceled: 5, sending: 2, unknown: 1 });
    expect(await cancelTask(test.ledger, 'welcome', ann)).toEqual({ canceled: 0, sending: 2, unknown: 1 });
    expect(await cancelTask(test.ledger, 'nope', ann)).toBeUndefined();
    const acts = await readAudit(test.ledger, { limit: 9 }, { act: 'run.canceled' });
    expect(acts.map(({ by, subject, after }) => ({ by, subject, after }))).toEqual([
      { by: ann, subject: { kind: 'task', id: 'welcome' }, after: { canceled: 3 } },
      { by: ann, subject: { kind: 'task', id: 'welcome' }, after: { canceled: 2 } },
    ]);
  });

  it('takes all of it, batch after batch, while a lane is being fed', async () => {
    const { laneId } = await makeQueuedRuns(test.ledger, 5_000);
    await test.ask(`update quailrunner.runs set state = 'pending' where id % 5 <> 0`);
    const other = openTestLedger(test.url);
    const feeding = (async () => {
      for (let fed = 1; fed > 0; ) fed = (await feedRuns(other, { laneId, highWater: 3_000 })).length;
    })();
    const result = await cancelTask(test.ledger, 'welcome', ann);
    await feeding;
    await other.close();
    expect(result).toEqual({ canceled: 5_000, sending: 0, unknown: 0 });
    expect(await test.ask('select distinct state from quailrunner.runs')).toEqual([{ state: 'canceled' }]);
  });
});
