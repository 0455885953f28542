import { type RunState, runStates } from '@quailrunner/domain';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ann,
  makeDefinition,
  makeLedger,
  makeQueuedRuns,
  makeScan,
  makeWorker,
  type TestLedger,
} from '../test/make-ledger.js';
import {
  countRuns,
  countUnknown,
  feedRuns,
  finishScan,
  groupFailures,
  type RunFilter,
  readRun,
  readRuns,
  readScans,
  readThroughput,
  resolveRuns,
  retryRuns,
  saveTask,
  saveTest,
  sweepLostWorkers,
  takeDueScan,
} from './index.js';

const tasks = ['large', 'small', 'empty'];
const codes = ['21211', '30003', 'HTTP_503'];
const begin = Date.UTC(2026, 0, 1);

interface PlainRun {
  readonly id: number;
  readonly task: string;
  readonly state: RunState;
  readonly entityPk: string;
  readonly code?: string;
  readonly laneId: number;
  readonly claimedAt: Date;
}

/** Of every kind: states, codes, lanes, ids with gaps, clocks that went back by some seconds, tests among them. */
const fill = async (test: TestLedger, count: number): Promise<PlainRun[]> => {
  for (const name of tasks) await saveTask(test.ledger, makeDefinition({ name }), ann);
  const taskIds = new Map<string, number>();
  for (const { id, name } of await test.ask<{ id: number; name: string }>('select id, name from quailrunner.tasks')) {
    taskIds.set(name, id);
  }
  const runs = Array.from({ length: count }, (_, n): PlainRun => {
    const state = runStates[(n * 7) % runStates.length] ?? 'pending';
    const code = codeOf(state, n);
    return {
      id: n * 3 + Math.floor(n / 50) * 1_000 + 1,
      task: n % 9 === 4 ? 'small' : 'large',
      state,
      // Both tasks know these entities.
      entityPk: `key-${n % 9 === 4 ? n - 1 : n}`,
      ...(code === undefined ? {} : { code }),
      laneId: 1 + (n % 3),
      claimedAt: new Date(begin + n * 2_000 + ((n * 37) % 9) * 1_000),
    };
  });
  await test.ask(
    `insert into quailrunner.runs (id, task_id, revision, entity_pk, columns, lane_id, scan_id, state, dispatch, claimed_at,
       worker_id, started_at, finished_at, code, reason)
     overriding system value
     select r.id, r.task_id, 1, r.pk, '{}', r.lane_id, 0, r.state, case when r.state = 'pending' then r.id % 2 else 1 end,
       r.claimed_at, gen_random_uuid(), now(),
       case when r.state in ('completed', 'failed', 'skipped', 'canceled') then r.claimed_at + interval '1 minute' end,
       r.code, 'because of ' || r.id
     from unnest($1::bigint[], $2::int[], $3::text[], $4::int[], $5::text[], $6::timestamptz[], $7::text[])
       as r (id, task_id, pk, lane_id, state, claimed_at, code)`,
    [
      runs.map(({ id }) => id),
      runs.map(({ task }) => taskIds.get(task)),
      runs.map(({ entityPk }) => entityPk),
      runs.map(({ laneId }) => laneId),
      runs.map(({ state }) => state),
      runs.map(({ claimedAt }) => claimedAt.toISOString()),
      runs.map(({ code }) => code),
    ],
  );
  await test.ask(
    `select setval(pg_get_serial_sequence('quailrunner.runs', 'id'), (select max(id) from quailrunner.runs))`,
  );
  await saveTest(test.ledger, makeDefinition({ name: 'large' }), { entityPk: 'key-1', columns: {}, laneId: 1 }, ann);
  return runs;
};

const codeOf = (state: RunState, n: number): string | undefined => {
  if (state === 'canceled') return 'CANCELED';
  if (state === 'completed' || state === 'queued') return undefined;
  return n % 4 === 0 ? undefined : codes[n % codes.length];
};

const isFound = (run: PlainRun, { task, state, entityPk, code, laneId, since, until }: RunFilter): boolean =>
  (task === undefined || run.task === task) &&
  (state === undefined || run.state === state) &&
  (entityPk === undefined || run.entityPk === entityPk) &&
  (code === undefined || run.code === code) &&
  (laneId === undefined || run.laneId === laneId) &&
  (since === undefined || run.claimedAt >= since) &&
  (until === undefined || run.claimedAt < until);

const readAll = async (test: TestLedger, filter: RunFilter, limit: number): Promise<number[]> => {
  const found: number[] = [];
  for (let beforeRunId: string | undefined; ; ) {
    const page = await readRuns(test.ledger, filter, { limit, ...(beforeRunId === undefined ? {} : { beforeRunId }) });
    found.push(...page.map(({ runId }) => Number(runId)));
    if (page.length < limit) return found;
    beforeRunId = page.at(-1)?.runId;
  }
};

describe('a list of runs', () => {
  let test: TestLedger;
  let runs: PlainRun[];
  beforeAll(async () => {
    test = await makeLedger();
    runs = await fill(test, 360);
  });
  afterAll(() => test.close());

  const aTime = fc.integer({ min: -30, max: 800 }).map((seconds) => new Date(begin + seconds * 1_000));
  const aFilter: fc.Arbitrary<RunFilter> = fc.record(
    {
      task: fc.constantFrom(...tasks, 'large~test', 'nobody'),
      state: fc.constantFrom(...runStates),
      entityPk: fc.constantFrom('key-1', 'key-3', 'key-12', 'key-120', 'nobody'),
      code: fc.constantFrom(...codes, 'CANCELED', 'nobody'),
      laneId: fc.integer({ min: 1, max: 4 }),
      since: aTime,
      until: aTime,
    },
    { requiredKeys: [] },
  );

  it('has all that a filter asks for, each once, the newest first, page by page', async () => {
    await fc.assert(
      fc.asyncProperty(aFilter, fc.integer({ min: 3, max: 60 }), async (filter, limit) => {
        const expected = runs.filter((run) => isFound(run, filter)).map(({ id }) => id);
        expect(await readAll(test, filter, limit)).toEqual(expected.toReversed());
      }),
      { numRuns: 300, examples: [[{}, 7], ...runStates.map((state): [RunFilter, number] => [{ state }, 9])] },
    );
  });

  it('knows the time of each claim, though clocks went back', async () => {
    for (let seconds = -1; seconds < 50; seconds += 1) {
      const at = new Date(begin + seconds * 1_000);
      for (const filter of [{ since: at }, { until: at }]) {
        const expected = runs.filter((run) => isFound(run, filter)).map(({ id }) => id);
        expect(await readAll(test, filter, 1_000)).toEqual(expected.toReversed());
      }
    }
  });

  it('finds each state of a task and lane by itself', async () => {
    for (const state of runStates) {
      for (const more of [{}, { task: 'small' }, { laneId: 2 }, { task: 'large', laneId: 3 }]) {
        const expected = runs.filter((run) => isFound(run, { state, ...more })).map(({ id }) => id);
        expect(await readAll(test, { state, ...more }, 100)).toEqual(expected.toReversed());
      }
    }
  });

  it('leaves out tests, which their number shows all the same', async () => {
    const [{ id } = { id: '' }] = await test.ask<{ id: string }>(
      `select r.id from quailrunner.runs r join quailrunner.tasks t on t.id = r.task_id where t.kind = 'test'`,
    );
    expect(await readRun(test.ledger, id)).toMatchObject({ task: 'large~test' });
    expect(await readAll(test, {}, 1_000)).not.toContain(Number(id));
    expect((await countRuns(test.ledger)).filter(({ task }) => task.includes('~'))).toEqual([]);
    const plain = runs.filter(({ state }) => state === 'unknown').length;
    await test.ask(`update quailrunner.runs set state = 'unknown' where id = $1`, [id]);
    expect(await countUnknown(test.ledger)).toBe(plain);
  });

  it('counts as the list does', async () => {
    const expected = tasks
      .toSorted()
      .flatMap((task) =>
        runStates
          .toSorted()
          .map((state) => ({ task, state, runs: runs.filter((run) => isFound(run, { task, state })).length })),
      )
      .filter((count) => count.runs > 0);
    expect(await countRuns(test.ledger)).toEqual(expected);
    expect(await countRuns(test.ledger, 'small')).toEqual(expected.filter(({ task }) => task === 'small'));
    expect(await countRuns(test.ledger, 'empty')).toEqual([]);
  });

  it('groups failures by their code, with an example of each', async () => {
    const groups = await groupFailures(test.ledger, 'large');
    const plain = new Map<string, PlainRun[]>();
    for (const run of runs) {
      if (run.task !== 'large' || (run.state !== 'failed' && run.state !== 'unknown')) continue;
      const key = `${run.state} ${run.code}`;
      plain.set(key, [...(plain.get(key) ?? []), run]);
    }
    expect(new Map(groups.map((group) => [`${group.state} ${group.code}`, group.runs]))).toEqual(
      new Map([...plain].map(([key, members]) => [key, members.length])),
    );
    expect(groups.map((group) => group.runs)).toEqual(groups.map((group) => group.runs).toSorted((a, b) => b - a));
    for (const { state, code, exampleRunId, exampleReason, newestAt } of groups) {
      const members = plain.get(`${state} ${code}`) ?? [];
      expect([Number(exampleRunId), exampleReason]).toEqual([members.at(-1)?.id, `because of ${members.at(-1)?.id}`]);
      if (state !== 'failed') continue;
      expect(newestAt.getTime()).toBe(Math.max(...members.map(({ claimedAt }) => claimedAt.getTime() + 60_000)));
    }
    expect(await groupFailures(test.ledger, 'empty')).toEqual([]);
    expect(await groupFailures(test.ledger, 'nobody')).toEqual([]);
  });
});

describe('reading', () => {
  let test: TestLedger;
  beforeEach(async () => {
    test = await makeLedger();
  });
  afterEach(() => test.close());

  it('finds nothing in an empty ledger', async () => {
    const when = { since: new Date(0), until: new Date() };
    expect(await readRuns(test.ledger, when, { limit: 5 })).toEqual([]);
    expect(await countRuns(test.ledger)).toEqual([]);
    expect(await countUnknown(test.ledger)).toBe(0);
    expect(await readScans(test.ledger, { limit: 5 })).toEqual([]);
  });

  it('finds what was claimed a moment ago by its time', async () => {
    const { runs } = await makeQueuedRuns(test.ledger, 3);
    const [{ now } = { now: new Date() }] = await test.ask<{ now: Date }>('select clock_timestamp() as now');
    const minute = 60_000;
    const since = new Date(now.getTime() - minute);
    expect(await readRuns(test.ledger, { since }, { limit: 5 })).toHaveLength(runs.length);
    expect(await readRuns(test.ledger, { until: since }, { limit: 5 })).toEqual([]);
    expect(await readRuns(test.ledger, { since: new Date(now.getTime() + minute) }, { limit: 5 })).toEqual([]);
  });

  it('counts what a plain count counts, whatever was done to the runs', async () => {
    const { runs, laneId } = await makeQueuedRuns(test.ledger, 60);
    const { attempts, workerId } = await makeWorker(test.ledger);
    const current = new Map(runs.map((run) => [run.runId, run]));
    const outcomes = [
      { state: 'completed', verdict: 'accepted' },
      { state: 'failed', verdict: 'refused', code: '21211' },
      { state: 'retrying', verdict: 'transient', code: 'HTTP_503' },
      { state: 'pending', verdict: 'throttled', code: '20429' },
      { state: 'unknown', verdict: 'unknown', code: 'TIMEOUT' },
    ] as const;
    const acts = {
      start: (runId: string) => attempts.start(current.get(runId) ?? { runId, dispatch: 0 }),
      finish: (runId: string, n: number) =>
        attempts.finish({
          ...(current.get(runId) ?? { runId, dispatch: 0 }),
          ...(outcomes[n % outcomes.length] ?? outcomes[0]),
          spent: n % outcomes.length !== 3,
          dueInMs: 0,
          durationMs: 1,
        }),
      feed: async () => {
        for (const { runId, dispatch } of await feedRuns(test.ledger, { laneId, highWater: 40 })) {
          current.set(runId, { runId, dispatch });
        }
      },
      retry: (runId: string) => retryRuns(test.ledger, { runIds: [runId], by: ann }),
      resolve: (runId: string, n: number) => resolveRuns(test.ledger, [runId], { wasSent: n % 2 === 0, by: ann }),
      cancel: (runId: string) =>
        test.ask(
          `update quailrunner.runs set state = 'canceled', finished_at = now(), code = 'CANCELED'
           where id = $1 and state in ('pending', 'queued', 'retrying')`,
          [runId],
        ),
      lose: async (runId: string) => {
        await test.ask(
          `update quailrunner.runs set started_at = now() - interval '1 hour' where id = $1 and state = 'sending'`,
          [runId],
        );
        await sweepLostWorkers(test.ledger, { olderThanMs: 1_800_000 });
      },
    };
    expect(workerId).toBeDefined();
    const anAct = fc.tuple(
      fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[])),
      fc.constantFrom(...current.keys()),
      fc.nat(20),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anAct, { minLength: 5, maxLength: 25 }), async (list) => {
        for (const [act, runId, n] of list) await acts[act](runId, n);
        const plain = await test.ask(
          `select 'welcome' as task, state, count(*)::int as runs from quailrunner.runs group by state order by state`,
        );
        expect(await countRuns(test.ledger)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('lists scans, the newest first, page by page, of one task or all', async () => {
    const first = await makeScan(test.ledger, { name: 'one' });
    await finishScan(test.ledger, first, { entitiesRead: 7, entitiesClaimed: 2 });
    await saveTask(test.ledger, makeDefinition({ name: 'two' }), ann);
    const second = await takeDueScan(test.ledger);
    if (second === undefined) throw new Error('due');
    const error = { code: '42P01', message: 'relation "people" does not exist' };
    await finishScan(test.ledger, second, { entitiesRead: 0, entitiesClaimed: 0, error });
    await test.ask('insert into quailrunner.scans (task_id, revision) select $1, 1 from generate_series(1, 5)', [
      first.taskId,
    ]);
    const all = await readScans(test.ledger, { limit: 10 });
    expect(all.map(({ scanId }) => Number(scanId))).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(all.at(-1)).toMatchObject({
      task: 'one',
      entitiesRead: 7,
      entitiesClaimed: 2,
      finishedAt: expect.any(Date),
    });
    expect(all.at(-2)).toMatchObject({ task: 'two', error });
    expect(all[0]).not.toHaveProperty('finishedAt');
    const ofOne = await readScans(test.ledger, { task: 'one', limit: 4 });
    expect(ofOne.map(({ scanId }) => Number(scanId))).toEqual([7, 6, 5, 4]);
    const rest = await readScans(test.ledger, { task: 'one', limit: 4, beforeScanId: '4' });
    expect(rest.map(({ scanId }) => Number(scanId))).toEqual([3, 1]);
  });
});

describe('throughput', () => {
  let test: TestLedger;
  beforeEach(async () => {
    test = await makeLedger();
  });
  afterEach(() => test.close());

  const addAttempts = async (count: number, verdict: string, secondsAgo: number, runId = 1): Promise<void> => {
    await test.ask(
      `insert into quailrunner.attempts (run_id, dispatch, number, revision, worker_id, started_at, finished_at, verdict,
         duration_ms)
       select $1, n + (select count(*) from quailrunner.attempts), 1, 1, gen_random_uuid(), now(),
         to_timestamp(floor(date_part('epoch', now()) / 60) * 60 - $2::int), $3, 1
       from generate_series(1, $4) n`,
      [runId, secondsAgo, verdict, count],
    );
  };
  const minutesAgo = async (minutes: number): Promise<Date> => {
    const [row] = await test.ask<{ at: Date }>(
      `select to_timestamp(floor(date_part('epoch', now()) / 60) * 60 - $1 * 60) as at`,
      [minutes],
    );
    return row?.at ?? new Date();
  };

  it('is what ended in each whole bucket, by verdict, and goes on where it stopped', async () => {
    await addAttempts(3, 'accepted', 180);
    await addAttempts(2, 'refused', 121);
    await addAttempts(4, 'accepted', 61);
    await addAttempts(9, 'accepted', 100_000);
    const since = await minutesAgo(10);
    const { buckets, until } = await readThroughput(test.ledger, { since, bucketSeconds: 60 });
    expect(buckets.map(({ attempts }) => attempts)).toEqual([{ accepted: 3, refused: 2 }, { accepted: 4 }]);
    const [first, second] = buckets;
    expect((second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0)).toBe(60_000);
    expect(until.getTime() % 60_000).toBe(0);
    expect(await readThroughput(test.ledger, { since: until, bucketSeconds: 60 })).toMatchObject({ buckets: [] });
    const fine = await readThroughput(test.ledger, { since, bucketSeconds: 10 });
    expect(fine.buckets.map(({ attempts }) => attempts)).toEqual([{ accepted: 3 }, { refused: 2 }, { accepted: 4 }]);
  });

  it('leaves for later the bucket that is not over, and never goes back', async () => {
    await addAttempts(5, 'accepted', -30);
    const since = await minutesAgo(1);
    const { buckets, until } = await readThroughput(test.ledger, { since, bucketSeconds: 60 });
    expect(buckets).toEqual([]);
    expect(until.getTime()).toBeLessThanOrEqual((await minutesAgo(0)).getTime());
    const later = await minutesAgo(-5);
    expect(await readThroughput(test.ledger, { since: later, bucketSeconds: 60 })).toEqual({
      buckets: [],
      until: later,
    });
  });

  it('counts no tests', async () => {
    await saveTask(test.ledger, makeDefinition(), ann);
    const runId = await saveTest(test.ledger, makeDefinition(), { entityPk: 'key', columns: {}, laneId: 1 }, ann);
    await addAttempts(2, 'accepted', 61, Number(runId));
    await addAttempts(1, 'accepted', 61, Number(runId) + 1);
    const { buckets } = await readThroughput(test.ledger, { since: await minutesAgo(10), bucketSeconds: 60 });
    expect(buckets.map(({ attempts }) => attempts)).toEqual([{ accepted: 1 }]);
  });
});

describe('the indexes of runs', () => {
  it('know nothing that changes from queued to sending, so that the move before each POST touches none', async () => {
    const test = await makeLedger();
    const indexes = await test.ask<{ definition: string }>(
      `select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = 'quailrunner.runs'::regclass`,
    );
    expect(indexes.length).toBeGreaterThan(5);
    const wrong = /\b(state|worker_id|started_at|reason|columns|delivery|delivery_code)\b/;
    expect(indexes.filter(({ definition }) => wrong.test(definition))).toEqual([]);
    await test.close();
  });
});
