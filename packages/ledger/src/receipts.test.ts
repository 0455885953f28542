import { type Delivery, type Dispatch, deliveries } from '@quailrunner/domain';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSeededRandom, type SeededRandom } from '../../../test/support/seeded-random.js';
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
  feedRuns,
  openReceipts,
  type Receipt,
  type Receipts,
  readKnownSids,
  readRun,
  retryRuns,
  settleUnknown,
  sweepLostWorkers,
} from './index.js';

let test: TestLedger;
let receipts: Receipts;
beforeAll(async () => {
  test = await makeLedger();
  receipts = openReceipts(test.ledger);
});
afterAll(() => test.close());
beforeEach(() =>
  test.ask('truncate quailrunner.runs, quailrunner.attempts, quailrunner.receipts, quailrunner.tasks cascade'),
);

const statusOf: Readonly<Record<Delivery, string>> = {
  accepted: 'queued',
  sent: 'sent',
  undelivered: 'undelivered',
  delivered: 'delivered',
};

const receiptOf = ({ runId, dispatch }: Dispatch, delivery: Delivery, sid = `SM${runId}`): Receipt => ({
  runId,
  dispatch,
  sid,
  delivery,
  status: statusOf[delivery],
  wasSent: true,
  ...(delivery === 'undelivered' ? { code: '30003' } : {}),
});

/** An attempt of none of the runs. */
const stranger = { runId: '0', dispatch: 0 };

const answered = { spent: true, dueInMs: 0, durationMs: 5 };
const unanswered = { state: 'unknown', verdict: 'unknown', code: 'TIMEOUT', reason: 'no answer', ...answered } as const;
const accepted = { state: 'completed', verdict: 'accepted', ...answered } as const;

/** Runs whose attempt is under way. */
const makeSending = async (count: number) => {
  const { runs, laneId } = await makeQueuedRuns(test.ledger, count);
  const { attempts, workerId } = await makeWorker(test.ledger);
  await Promise.all(runs.map((run) => attempts.start(run)));
  return { runs: runs as [Dispatch, ...Dispatch[]], attempts, workerId, laneId };
};

const makeUnknown = async (count = 1) => {
  const made = await makeSending(count);
  await Promise.all(made.runs.map((run) => made.attempts.finish({ ...run, ...unanswered })));
  return made;
};

describe('receipts', () => {
  it('in any order and with repeats, 10,000 of them, leave each run with its furthest state', async () => {
    const { runs, attempts } = await makeSending(1_250);
    await Promise.all(runs.map((run) => attempts.finish({ ...run, ...accepted, sid: `SM${run.runId}` })));
    const random = openSeededRandom(20_261_125);
    const furthest = new Map<string, Delivery>();
    const all = runs.flatMap((run) => {
      const last = random.pick(deliveries);
      furthest.set(run.runId, last);
      const told = deliveries.slice(0, deliveries.indexOf(last) + 1);
      return Array.from({ length: 8 }, (_, n) => receiptOf(run, told.at(-1 - (n % told.length)) as Delivery));
    });
    expect(all).toHaveLength(10_000);
    shuffle(all, random);
    // Two monitors share them.
    const other = openReceipts(test.ledger);
    await Promise.all(all.map((receipt, n) => (n % 2 === 0 ? receipts : other).record(receipt)));
    const rows = await test.ask<{ id: string; delivery: Delivery; delivery_code: string | null; state: string }>(
      'select id, delivery, delivery_code, state from quailrunner.runs',
    );
    expect(rows).toHaveLength(1_250);
    for (const { id, delivery, delivery_code, state } of rows) {
      expect([id, delivery, state]).toEqual([id, furthest.get(id), 'completed']);
      expect(delivery_code).toBe(delivery === 'undelivered' ? '30003' : null);
    }
  });

  it('move no state back, whatever comes after what', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...deliveries), { minLength: 1, maxLength: 8 }), async (told) => {
        await test.ask(
          'truncate quailrunner.runs, quailrunner.attempts, quailrunner.receipts, quailrunner.tasks cascade',
        );
        const { runs, attempts } = await makeSending(1);
        await attempts.finish({ ...runs[0], ...accepted, sid: 'SM1' });
        let furthest = -1;
        for (const delivery of told) {
          await receipts.record(receiptOf(runs[0], delivery, 'SM1'));
          furthest = Math.max(furthest, deliveries.indexOf(delivery));
          expect(await readRun(test.ledger, runs[0].runId)).toMatchObject({
            state: 'completed',
            delivery: deliveries[furthest],
          });
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are kept once for each message and status, in the order in which they came', async () => {
    const { runs, attempts } = await makeSending(1);
    await attempts.finish({ ...runs[0], ...accepted, sid: 'SM1' });
    for (const delivery of ['sent', 'sent', 'undelivered', 'sent'] as const) {
      await receipts.record(receiptOf(runs[0], delivery, 'SM1'));
    }
    const { dispatch } = runs[0];
    expect(await readRun(test.ledger, runs[0].runId)).toMatchObject({
      delivery: 'undelivered',
      deliveryCode: '30003',
      receipts: [
        { dispatch, sid: 'SM1', status: 'sent', receivedAt: expect.any(Date) },
        { dispatch, sid: 'SM1', status: 'undelivered', code: '30003', receivedAt: expect.any(Date) },
      ],
    });
  });

  it('of a run that is no more change nothing', async () => {
    await receipts.record(receiptOf({ runId: '123456', dispatch: 1 }, 'sent'));
    expect(await test.ask('select from quailrunner.receipts')).toEqual([]);
  });
});

describe('a receipt proves that a run was sent', () => {
  it('when its answer never came', async () => {
    const { runs } = await makeUnknown();
    await receipts.record(receiptOf(runs[0], 'sent', 'SM1'));
    const story = await readRun(test.ledger, runs[0].runId);
    expect(story).toMatchObject({
      state: 'completed',
      delivery: 'sent',
      attempts: 1,
      history: [{ verdict: 'accepted', sid: 'SM1', settledBy: 'receipt' }],
    });
    expect(story).not.toHaveProperty('code');
    expect(await readKnownSids(test.ledger, ['SM1'], stranger)).toEqual(new Set(['SM1']));
  });

  it('when it was to be tried again, and its next job means nothing any more', async () => {
    const { runs, attempts, laneId } = await makeUnknown();
    await settleUnknown(test.ledger, runs[0], { state: 'retrying', dueInMs: 0, verdict: 'transient' });
    const [next] = await feedRuns(test.ledger, { laneId, highWater: 10 });
    await receipts.record(receiptOf(runs[0], 'delivered', 'SM1'));
    expect(await readState(test, runs[0].runId)).toMatchObject({ state: 'completed' });
    expect(await attempts.start(next as Dispatch)).toBeUndefined();
  });

  it('when a person had queued it again after it failed', async () => {
    const { runs } = await makeUnknown();
    await settleUnknown(test.ledger, runs[0], { state: 'failed', dueInMs: 0, verdict: 'transient' });
    await retryRuns(test.ledger, { runIds: [runs[0].runId], by: ann });
    await receipts.record(receiptOf(runs[0], 'sent'));
    expect(await readState(test, runs[0].runId)).toMatchObject({ state: 'completed' });
  });

  it('before its worker has recorded the answer, which then is not needed', async () => {
    const { runs, attempts } = await makeSending(1);
    await receipts.record(receiptOf(runs[0], 'sent', 'SM1'));
    expect(await readState(test, runs[0].runId)).toMatchObject({ state: 'sending' });
    await attempts.finish({ ...runs[0], ...unanswered });
    expect(await readRun(test.ledger, runs[0].runId)).toMatchObject({
      state: 'completed',
      history: [{ verdict: 'accepted', settledBy: 'receipt' }],
    });
  });

  it('when its worker answers late, after it was fed again', async () => {
    const { runs, attempts, workerId, laneId } = await makeSending(1);
    await loseWorker(test, workerId);
    await sweepLostWorkers(test.ledger, { olderThanMs: 1 });
    await settleUnknown(test.ledger, runs[0], { state: 'retrying', dueInMs: 0, verdict: 'transient' });
    const [next] = await feedRuns(test.ledger, { laneId, highWater: 10 });
    expect(await attempts.finish({ ...runs[0], ...accepted, sid: 'SM1' })).toBe(true);
    expect(await readRun(test.ledger, runs[0].runId)).toMatchObject({
      state: 'completed',
      history: [{ verdict: 'accepted', sid: 'SM1', settledBy: 'answer' }],
    });
    expect(await attempts.start(next as Dispatch)).toBeUndefined();
  });

  it('but not when Twilio had refused the message from the start', async () => {
    const { runs } = await makeUnknown();
    const refused = { ...receiptOf(runs[0], 'undelivered'), status: 'failed', code: '21610', wasSent: false };
    await receipts.record(refused);
    const story = await readRun(test.ledger, runs[0].runId);
    expect(story).toMatchObject({ state: 'unknown', receipts: [{ status: 'failed', code: '21610' }] });
    expect(story).not.toHaveProperty('delivery');
  });

  it('at the very moment at which its worker records that it knows nothing', async () => {
    for (let round = 0; round < 20; round += 1) {
      await test.ask(
        'truncate quailrunner.runs, quailrunner.attempts, quailrunner.receipts, quailrunner.tasks cascade',
      );
      const { runs, attempts } = await makeSending(1);
      const both = [
        () => attempts.finish({ ...runs[0], ...unanswered }),
        () => receipts.record(receiptOf(runs[0], 'delivered', 'SM1')),
      ];
      await Promise.all((round % 2 === 0 ? both : both.toReversed()).map((write) => write()));
      expect(await readRun(test.ledger, runs[0].runId)).toMatchObject({
        state: 'completed',
        history: [{ verdict: 'accepted', settledBy: 'receipt' }],
      });
    }
  });

  it('whose worker was lost', async () => {
    const { runs, workerId } = await makeSending(1);
    await receipts.record(receiptOf(runs[0], 'sent', 'SM1'));
    await loseWorker(test, workerId);
    await sweepLostWorkers(test.ledger, { olderThanMs: 1 });
    expect(await readRun(test.ledger, runs[0].runId)).toMatchObject({
      state: 'completed',
      history: [{ verdict: 'accepted', settledBy: 'receipt' }],
    });
  });
});

describe('two runs of the same text to the same number, and one message', () => {
  const found = { state: 'completed', dueInMs: 0, verdict: 'accepted', sid: 'SM1', settledBy: 'look-up' } as const;

  it("a look-up gives way to the other run's own answer, and is made once more", async () => {
    const { runs, attempts } = await makeSending(2);
    const [lost, sender] = runs as [Dispatch, Dispatch];
    await attempts.finish({ ...lost, ...unanswered });
    expect(await settleUnknown(test.ledger, lost, found)).toBe('settled');
    expect(await attempts.finish({ ...sender, ...accepted, sid: 'SM1' })).toBe(true);
    expect(await readRun(test.ledger, sender.runId)).toMatchObject({ state: 'completed', history: [{ sid: 'SM1' }] });
    expect(await readRun(test.ledger, lost.runId)).toMatchObject({
      state: 'unknown',
      code: 'MESSAGE_OF_ANOTHER_RUN',
      history: [{ verdict: 'unknown' }],
    });
    expect(await settleUnknown(test.ledger, lost, found)).toBe('sid-taken');
  });

  it("a look-up gives way to the other run's receipt", async () => {
    const { runs, attempts } = await makeSending(2);
    const [lost, sender] = runs as [Dispatch, Dispatch];
    await Promise.all([lost, sender].map((run) => attempts.finish({ ...run, ...unanswered })));
    await settleUnknown(test.ledger, lost, found);
    await receipts.record(receiptOf(sender, 'sent', 'SM1'));
    expect(await readState(test, sender.runId)).toMatchObject({ state: 'completed' });
    expect(await readState(test, lost.runId)).toMatchObject({ state: 'unknown' });
    expect(await readKnownSids(test.ledger, ['SM1'], stranger)).toEqual(new Set(['SM1']));
  });

  it("a look-up that was made before the other run's receipt was known gives way to it", async () => {
    const { runs, attempts } = await makeSending(2);
    const [lost, sender] = runs as [Dispatch, Dispatch];
    await attempts.finish({ ...lost, ...unanswered });
    await receipts.record(receiptOf(sender, 'sent', 'SM1'));
    expect(await settleUnknown(test.ledger, lost, found)).toBe('sid-taken');
    expect(await readState(test, lost.runId)).toMatchObject({ state: 'unknown' });
  });

  it('a look-up and a receipt at the same moment never both have it', async () => {
    for (let round = 0; round < 20; round += 1) {
      await test.ask(
        'truncate quailrunner.runs, quailrunner.attempts, quailrunner.receipts, quailrunner.tasks cascade',
      );
      const { runs, attempts } = await makeSending(2);
      const [lost, sender] = runs as [Dispatch, Dispatch];
      await Promise.all(runs.slice(round % 2).map((run) => attempts.finish({ ...run, ...unanswered })));
      if (round % 2 === 1) await attempts.finish({ ...lost, ...unanswered });
      await Promise.all([settleUnknown(test.ledger, lost, found), receipts.record(receiptOf(sender, 'sent', 'SM1'))]);
      expect(await readState(test, lost.runId)).toMatchObject({ state: 'unknown' });
    }
  });

  it('a look-up that a receipt of its own has proved stays', async () => {
    const { runs, attempts } = await makeSending(2);
    const [first, second] = runs as [Dispatch, Dispatch];
    await attempts.finish({ ...first, ...unanswered });
    await settleUnknown(test.ledger, first, found);
    await receipts.record(receiptOf(first, 'delivered', 'SM1'));
    await attempts.finish({ ...second, ...accepted, sid: 'SM1' });
    expect(await readState(test, first.runId)).toMatchObject({ state: 'completed' });
    expect(await readState(test, second.runId)).toMatchObject({ state: 'completed' });
  });

  it("a message whose sender was sent again, for want of it, is the other run's for good", async () => {
    const { runs, attempts, laneId } = await makeUnknown(2);
    const [lost, sender] = runs as [Dispatch, Dispatch];
    await settleUnknown(test.ledger, lost, found);
    await settleUnknown(test.ledger, sender, { state: 'retrying', dueInMs: 0, verdict: 'transient' });
    const [fed] = await feedRuns(test.ledger, { laneId, highWater: 10 });
    const again = fed as Dispatch;
    await attempts.start(again);
    await attempts.finish({ ...again, ...accepted, sid: 'SM2' });
    await receipts.record(receiptOf(sender, 'delivered', 'SM1'));
    expect(await readRun(test.ledger, lost.runId)).toMatchObject({ state: 'completed', delivery: 'delivered' });
    expect(await readRun(test.ledger, sender.runId)).toMatchObject({
      state: 'completed',
      history: [{ verdict: 'transient' }, { verdict: 'accepted', sid: 'SM2' }],
    });
  });

  it("a look-up that took the other's message leaves it when a receipt tells its own", async () => {
    const { runs } = await makeUnknown(2);
    const [first, second] = runs as [Dispatch, Dispatch];
    await settleUnknown(test.ledger, first, { ...found, sid: 'SM2' });
    await receipts.record(receiptOf(first, 'sent', 'SM1'));
    expect(await readKnownSids(test.ledger, ['SM1', 'SM2'], stranger)).toEqual(new Set(['SM1']));
    expect(await settleUnknown(test.ledger, second, { ...found, sid: 'SM2' })).toBe('settled');
  });

  it('a look that is older than a receipt takes nothing that the receipt gave to another run', async () => {
    const { runs, attempts } = await makeSending(2);
    const [lost, sender] = runs as [Dispatch, Dispatch];
    await attempts.finish({ ...lost, ...unanswered });
    await receipts.record(receiptOf(sender, 'sent', 'SM1'));
    expect(await settleUnknown(test.ledger, lost, found)).toBe('sid-taken');
    await attempts.finish({ ...sender, ...unanswered });
    expect(await readState(test, sender.runId)).toMatchObject({ state: 'completed' });
    expect(await readState(test, lost.runId)).toMatchObject({ state: 'unknown' });
  });
});

const shuffle = <Item>(items: Item[], random: SeededRandom): void => {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = random.whole(0, last);
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
};
