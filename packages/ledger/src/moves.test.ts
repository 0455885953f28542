/** Holds the SQL to the domain's table of moves: every write, from every state a run can be in. */
import { randomUUID } from 'node:crypto';
import { type Dispatch, isAllowedMove, type RunState, runStates, type Verdict } from '@quailrunner/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ann,
  makeEntities,
  makeLedger,
  makeScan,
  makeWorker,
  readState,
  type TestLedger,
} from '../test/make-ledger.js';
import {
  type Attempts,
  advanceBulkRetries,
  cancelRuns,
  cancelTask,
  claimEntities,
  type DueScan,
  ensureLane,
  type FinishedAttempt,
  feedRuns,
  openReceipts,
  pauseLane,
  recordRecheck,
  resolveRuns,
  resumeLane,
  retryRuns,
  returnRuns,
  settleUnknown,
  startBulkRetry,
  stopBulkRetry,
  sweepLostWorkers,
  type UnknownSettlement,
} from './index.js';
import { askAlone } from './query.js';
import { reclaimSids } from './reclaim-sids.js';

let test: TestLedger;
let scan: DueScan;
let laneId: number;
let workerId: string;
let attempts: Attempts;

beforeAll(async () => {
  test = await makeLedger();
  scan = await makeScan(test.ledger);
  laneId = await ensureLane(test.ledger, 'host/example.com');
  ({ workerId, attempts } = await makeWorker(test.ledger));
});
afterAll(() => test.close());
beforeEach(() =>
  test.ask('truncate quailrunner.runs, quailrunner.attempts, quailrunner.receipts, quailrunner.bulk_retries'),
);

const finish = (state: FinishedAttempt['state'], verdict: Verdict['kind']) => (run: Dispatch) =>
  attempts.finish({ ...run, state, verdict, spent: true, dueInMs: 0, durationMs: 1 });

const settle = (state: UnknownSettlement['state']) => (run: Dispatch) =>
  settleUnknown(test.ledger, run, { state, dueInMs: 0 });

const writes: Readonly<Record<string, (run: Dispatch) => Promise<unknown>>> = {
  claim: () => claimEntities(test.ledger, scan, makeEntities(['key'], laneId)),
  feed: () => feedRuns(test.ledger, { laneId, highWater: 10 }),
  return: (run) => returnRuns(test.ledger, [run]),
  'recheck, gone': (run) =>
    recordRecheck(
      test.ledger,
      [{ ...run, task: 'welcome', taskId: 1, revision: 1, entityPk: 'key', columns: {} }],
      new Map(),
    ),
  'recheck, changed': (run) =>
    recordRecheck(
      test.ledger,
      [{ ...run, task: 'welcome', taskId: 1, revision: 1, entityPk: 'key', columns: {} }],
      new Map([['key', { phone_number: 'new' }]]),
    ),
  start: (run) => attempts.start(run),
  'start in a paused lane': async (run) => {
    await pauseLane(test.ledger, laneId, ann);
    await attempts.start(run);
    await resumeLane(test.ledger, laneId, ann);
  },
  'finish as completed': finish('completed', 'accepted'),
  'finish as failed': finish('failed', 'refused'),
  'finish as retrying': finish('retrying', 'transient'),
  'finish as unknown': finish('unknown', 'unknown'),
  'finish as pending': finish('pending', 'throttled'),
  sweep: () => sweepLostWorkers(test.ledger, { olderThanMs: 1 }),
  'settle as completed': settle('completed'),
  'settle as failed': settle('failed'),
  'settle as retrying': settle('retrying'),
  'settle later': settle('unknown'),
  receipt: ({ runId, dispatch }) =>
    openReceipts(test.ledger).record({
      runId,
      dispatch,
      sid: `SM${runId}`,
      status: 'sent',
      delivery: 'sent',
      wasSent: true,
    }),
  'resolve as sent': ({ runId }) => resolveRuns(test.ledger, [runId], { wasSent: true, by: ann }),
  'resolve as not sent': ({ runId }) => resolveRuns(test.ledger, [runId], { wasSent: false, by: ann }),
  "lose its message to another run's answer": async ({ runId }) => {
    await test.ask(
      `insert into quailrunner.attempts
         (run_id, dispatch, number, revision, worker_id, started_at, verdict, duration_ms, sid, settled_by)
       values ($1, 1, 1, 1, $2, now(), 'accepted', 1, 'SM0', 'look-up')`,
      [runId, workerId],
    );
    await reclaimSids(askAlone(test.ledger), [{ sid: 'SM0', runId: '0', dispatch: 1 }]);
  },
  retry: (run) => retryRuns(test.ledger, { runIds: [run.runId], by: ann }),
  'retry in bulk': async () => {
    await startBulkRetry(test.ledger, { task: 'welcome' }, ann);
    await advanceBulkRetries(test.ledger);
  },
  'stop a retry in bulk': async ({ runId }) => {
    await test.ask('update quailrunner.runs set attempts = 0 where id = $1', [runId]);
    const [retry] = await test.ask<{ id: string }>(
      `insert into quailrunner.bulk_retries (failed_until, asked_by_kind, asked_by_name, total, moved, open_runs)
       values (now(), 'user', 'ann', 1, 1, array[$1::bigint]) returning id`,
      [runId],
    );
    await stopBulkRetry(test.ledger, retry?.id ?? '', ann);
  },
  cancel: ({ runId }) => cancelRuns(test.ledger, [runId], ann),
  'cancel the task': () => cancelTask(test.ledger, 'welcome', ann),
};

/** A run in this state, begun an hour ago by a worker that nobody knows when `isLost`. */
const makeRun = async (state: RunState, isLost: boolean): Promise<Dispatch> => {
  const [row] = await test.ask<{ id: string }>(
    `insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id, state, dispatch, attempts,
       worker_id, started_at, queued_at, finished_at, code)
     values ($1, 1, 'key', '{}', $2, 0, $3, 1, 1, $4, now() - interval '1 hour', now(),
       case when $3 in ('completed', 'failed', 'skipped', 'canceled') then now() end,
       case when $3 = 'canceled' then 'CANCELED' end)
     returning id`,
    [scan.taskId, laneId, state, isLost ? randomUUID() : workerId],
  );
  return { runId: row?.id ?? '', dispatch: 1 };
};

const readMove = async (from: RunState, name: string): Promise<string | undefined> => {
  const run = await makeRun(from, name === 'sweep');
  await writes[name]?.(run);
  const { state } = await readState(test, run.runId);
  return state === from ? undefined : `${from} → ${state}`;
};

/** Moves that nothing in the ledger makes yet. */
const notMadeYet = ['pending → skipped', 'retrying → skipped'];

describe('every write, from every state', () => {
  const made = new Set<string>();

  it.each(runStates.flatMap((from) => Object.keys(writes).map((name) => [from, name] as const)))(
    'from %s: %s moves the run only as the table allows',
    async (from, name) => {
      const move = await readMove(from, name);
      if (move === undefined) return;
      made.add(move);
      const [, to] = move.split(' → ') as [RunState, RunState];
      expect(isAllowedMove(from, to), move).toBe(true);
    },
  );

  it('together they make every move of the table but those that nothing needs yet', () => {
    const allowed = runStates.flatMap((from) =>
      runStates.filter((to) => isAllowedMove(from, to)).map((to) => `${from} → ${to}`),
    );
    expect([...made, ...notMadeYet].sort()).toEqual(allowed.sort());
  });
});

describe('a job of another dispatch', () => {
  it.each(Object.keys(writes).filter((name) => /start|finish|return|recheck|settle [ao]/.test(name)))(
    '%s moves nothing with it',
    async (name) => {
      for (const from of runStates) {
        await test.ask('truncate quailrunner.runs');
        const run = await makeRun(from, false);
        await writes[name]?.({ ...run, dispatch: 2 });
        expect((await readState(test, run.runId)).state).toBe(from);
      }
    },
  );
});
