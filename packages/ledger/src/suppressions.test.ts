import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeDefinition, makeEntities, makeLedger, makeScan, type TestLedger } from '../test/make-ledger.js';
import {
  claimEntities,
  type DueScan,
  ensureLane,
  feedRuns,
  finishScan,
  liftSuppressions,
  readSuppressionChanges,
  readSuppressions,
  saveTask,
  skipSuppressed,
  suppress,
  takeDueScan,
} from './index.js';

const sender = 'twilio/AC1/+15005550006';
const recipient = '+15005550001';
const address = { sender, recipient };

let test: TestLedger;
let laneId: number;
beforeAll(async () => {
  test = await makeLedger();
  laneId = await ensureLane(test.ledger, sender);
  await makeScan(test.ledger);
});
afterAll(() => test.close());
beforeEach(() =>
  test.ask('truncate quailrunner.runs, quailrunner.suppressions, quailrunner.suppressed_runs restart identity'),
);

/** A scan of the task, after any others. */
const claim = async (entities: ReturnType<typeof makeEntities>): Promise<number> => {
  await test.ask('update quailrunner.tasks set next_scan_at = now(), scan_lease_until = null, scan_id = null');
  const scan = (await takeDueScan(test.ledger)) as DueScan;
  const { claimed } = await claimEntities(test.ledger, scan, entities);
  await finishScan(test.ledger, scan, { entitiesRead: entities.length, entitiesClaimed: claimed });
  return claimed;
};

const claimAndFeed = async (key: string) => {
  await claim(makeEntities([key], laneId));
  return feedRuns(test.ledger, { laneId, highWater: 10 });
};

const states = () => test.ask<{ state: string; code: string }>('select state, code from quailrunner.runs order by id');

const changes = async () => (await readSuppressionChanges(test.ledger, undefined)).changes;

const skipOne = async (key = '1'): Promise<void> => {
  await suppress(test.ledger, [address], { toldBy: 'answer', code: '21610' });
  const runs = (await claimAndFeed(key)).map((run) => ({ ...run, ...address }));
  expect(await skipSuppressed(test.ledger, runs)).toEqual(new Set(runs.map(({ runId }) => runId)));
};

describe('a suppression', () => {
  it('skips a run that was fed, visibly, and no run of another sender or recipient', async () => {
    await skipOne();
    expect(await states()).toEqual([{ state: 'skipped', code: 'SUPPRESSED' }]);
    const others = [
      { sender: 'twilio/AC1/+15005550010', recipient },
      { sender, recipient: '+15005550002' },
    ];
    const fed = await claimAndFeed('2');
    for (const other of others) {
      expect(
        await skipSuppressed(
          test.ledger,
          fed.map((run) => ({ ...run, ...other })),
        ),
      ).toEqual(new Set());
    }
    expect((await readSuppressions(test.ledger, { limit: 10 }))[0]).toMatchObject({
      ...address,
      code: '21610',
      runs: 1,
    });
  });

  it('told many times at once is kept once, by the first who said so', async () => {
    const told = await Promise.all([
      suppress(test.ledger, [address, address], { toldBy: 'recipient' }),
      suppress(test.ledger, [address], { toldBy: 'recipient' }),
    ]);
    expect(told.toSorted()).toEqual([0, 1]);
    expect(await suppress(test.ledger, [address], { toldBy: 'person', by: ann })).toBe(0);
    expect(await readSuppressions(test.ledger, { limit: 10 })).toMatchObject([{ toldBy: 'recipient' }]);
  });

  it('keeps its runs skipped through every scan, which write nothing', async () => {
    await skipOne();
    const before = await test.ask('select xmin, * from quailrunner.runs');
    expect(await claim(makeEntities(['1'], laneId))).toBe(0);
    expect(await test.ask('select xmin, * from quailrunner.runs')).toEqual(before);
  });

  it('lets a run wait again whose row is another now: it may hold another number', async () => {
    await skipOne();
    await test.ask(`update quailrunner.runs set finished_at = now() - interval '61 minutes'`);
    expect(await claim([{ pk: '1', columns: { phone_number: '+15005550099' }, laneId }])).toBe(1);
    expect(await states()).toEqual([{ state: 'pending', code: null }]);
  });

  it('that is lifted frees its runs for the next scan, and comes back when it is told again', async () => {
    await skipOne();
    expect(await liftSuppressions(test.ledger, { addresses: [address] }, ann)).toEqual({ suppressions: 1, runs: 1 });
    expect(await states()).toEqual([{ state: 'skipped', code: 'SUPPRESSION_LIFTED' }]);
    expect(await changes()).toEqual([{ ...address, isSuppressed: false }]);
    expect(await claim(makeEntities(['1'], laneId))).toBe(1);
    expect(await liftSuppressions(test.ledger, { recipient }, ann)).toEqual({ suppressions: 0, runs: 0 });
    expect(await suppress(test.ledger, [address], { toldBy: 'recipient' })).toBe(1);
    expect(await changes()).toEqual([{ ...address, isSuppressed: true }]);
  });

  it('that an old attempt tells of once more does not suppress again who has been let through since', async () => {
    await skipOne();
    const [run] = await test.ask<{ runId: string; dispatch: number }>(
      'select id as "runId", dispatch from quailrunner.runs',
    );
    await test.ask(`update quailrunner.runs set started_at = now() - interval '1 minute'`);
    await liftSuppressions(test.ledger, { addresses: [address] }, ann);
    const told = { toldBy: 'receipt', code: '21610', of: run as { runId: string; dispatch: number } } as const;
    expect(await suppress(test.ledger, [address], told)).toBe(0);
    await test.ask(`update quailrunner.runs set started_at = clock_timestamp()`);
    expect(await suppress(test.ledger, [address], told)).toBe(1);
  });

  it('lets a run wait again whose task was revised: it may have another sender', async () => {
    await skipOne();
    await saveTask(test.ledger, makeDefinition({ retries: 1 }), ann);
    expect(await claim(makeEntities(['1'], laneId))).toBe(1);
  });

  it('looks at a run once an hour, and writes only then that it did', async () => {
    await skipOne();
    await test.ask(
      `update quailrunner.runs set finished_at = now() - interval '61 minutes', revision = (select max(revision) from quailrunner.tasks)`,
    );
    expect(await claim(makeEntities(['1'], laneId))).toBe(0);
    const [{ isFresh } = { isFresh: false }] = await test.ask<{ isFresh: boolean }>(
      `select finished_at > now() - interval '1 minute' as "isFresh" from quailrunner.runs`,
    );
    expect(isFresh).toBe(true);
  });

  it('that is lifted while a feed skips a run for it frees that run too', async () => {
    await suppress(test.ledger, [address], { toldBy: 'answer' });
    const runs = (await claimAndFeed('1')).map((run) => ({ ...run, ...address }));
    const end = await test.hold(`
      with s as (select id from quailrunner.suppressions for key share),
      skipped as (update quailrunner.runs set state = 'skipped', finished_at = now(), code = 'SUPPRESSED' where id = ${runs[0]?.runId})
      insert into quailrunner.suppressed_runs select s.id, ${runs[0]?.runId} from s`);
    const lifting = liftSuppressions(test.ledger, { addresses: [address] }, ann);
    await test.waitUntilBlocked();
    await end('commit');
    expect(await lifting).toEqual({ suppressions: 1, runs: 1 });
  });

  it('skips no run that has moved on', async () => {
    await suppress(test.ledger, [address], { toldBy: 'answer' });
    const runs = (await claimAndFeed('1')).map((run) => ({ ...run, ...address, dispatch: run.dispatch - 1 }));
    await skipSuppressed(test.ledger, runs);
    expect(await states()).toEqual([{ state: 'queued', code: null }]);
  });
});
