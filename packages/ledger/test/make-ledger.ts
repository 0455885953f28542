/** A migrated ledger on a database of its own, and short ways to put runs into it. */
import { randomUUID } from 'node:crypto';
import type { Dispatch, RunState, TaskDefinition, TaskSettings } from '@quailrunner/domain';
import pg from 'pg';
import { ann, createTestDatabase, waitUntil } from '../../../test/support/index.js';
import {
  claimEntities,
  type DueScan,
  ensureLane,
  feedRuns,
  type Ledger,
  openAttempts,
  openLedger,
  registerWorker,
  saveTask,
  takeDueScan,
} from '../src/index.js';

export { ann } from '../../../test/support/index.js';

export interface TestLedger {
  readonly ledger: Ledger;
  readonly url: string;
  /** Asks the database beside the ledger. */
  ask<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** Runs a statement in a transaction and leaves it open, so that others wait for it; returns what ends it. */
  hold(sql: string): Promise<(end: 'commit' | 'rollback') => Promise<void>>;
  /** Settles when one of the ledger's statements waits for a lock; its process id. */
  waitUntilBlocked(): Promise<number>;
  close(): Promise<void>;
}

export const makeKey = (byte = 7): Buffer => Buffer.alloc(32, byte);

export const makeLedger = async ({ migrated = true } = {}): Promise<TestLedger> => {
  const database = await createTestDatabase({ withLedger: migrated });
  const ledger = openTestLedger(database.url);
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  // Tests drop connections on purpose.
  pool.on('error', () => {});
  return {
    ledger,
    url: database.url,
    ask: async <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
      (await pool.query<Row>(sql, values)).rows,
    hold: async (sql) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(sql);
      return async (end) => {
        await client.query(end);
        client.release();
      };
    },
    waitUntilBlocked: () =>
      waitUntil(async () => (await pool.query(blockedBackend)).rows[0]?.pid as number | undefined, {
        what: 'a statement of the ledger to wait for a lock',
      }),
    close: async () => {
      await Promise.all([ledger.close(), pool.end()]);
      await database.close();
    },
  };
};

const blockedBackend = `
  select pid from pg_stat_activity
  where datname = current_database() and application_name = 'ledger test' and wait_event_type = 'Lock'`;

export const openTestLedger = (databaseUrl: string, encryptionKey = makeKey()): Ledger =>
  openLedger({ databaseUrl, encryptionKey, applicationName: 'ledger test' });

export const makeDefinition = (changes: Partial<TaskSettings> = {}): TaskDefinition => ({
  settings: {
    name: 'welcome',
    source: 'default',
    everyMs: 10_000,
    action: { url: 'https://example.com/', headers: { Authorization: 'Bearer top-secret' }, body: '{{.phone_number}}' },
    retries: 5,
    backoff: { firstMs: 30_000, factor: 2, maxMs: 3_600_000, jitter: 0.2 },
    recheck: true,
    timeoutMs: 15_000,
    success: [[200, 299]],
    ...changes,
  },
  predicate: 'select id as entity_pk from people',
});

/** A task whose first scan is ours. */
export const makeScan = async (ledger: Ledger, changes: Partial<TaskSettings> = {}): Promise<DueScan> => {
  await saveTask(ledger, makeDefinition(changes), ann);
  const scan = await takeDueScan(ledger);
  if (scan === undefined) throw new Error('the scan of a new task is due');
  return scan;
};

export const makeEntities = (keys: readonly string[], laneId: number) =>
  keys.map((pk) => ({ pk, columns: { phone_number: `+1500555${pk}` }, laneId }));

/** `count` queued runs of one task in one lane. */
export const makeQueuedRuns = async (
  ledger: Ledger,
  count: number,
): Promise<{ laneId: number; scan: DueScan; runs: Dispatch[] }> => {
  const scan = await makeScan(ledger);
  const laneId = await ensureLane(ledger, 'host/example.com');
  const keys = Array.from({ length: count }, (_, index) => `key-${index}`);
  await claimEntities(ledger, scan, makeEntities(keys, laneId));
  const runs = await feedRuns(ledger, { laneId, highWater: count });
  return { laneId, scan, runs: runs.map(({ runId, dispatch }) => ({ runId, dispatch })) };
};

export const makeWorker = async (ledger: Ledger) => {
  const workerId = randomUUID();
  await registerWorker(ledger, { workerId, host: 'test', pid: process.pid });
  return { workerId, attempts: openAttempts(ledger, { workerId }) };
};

export interface StateOfRun {
  readonly state: RunState;
  readonly attempts: number;
  readonly dispatch: number;
}

export const readState = async ({ ask }: TestLedger, runId: string): Promise<StateOfRun> => {
  const [run] = await ask<StateOfRun>('select state, attempts, dispatch from quailrunner.runs where id = $1', [runId]);
  if (run === undefined) throw new Error(`no run ${runId}`);
  return run;
};

/** Lets time pass for a worker: nobody has seen it since. */
export const loseWorker = async ({ ask }: TestLedger, workerId: string): Promise<void> => {
  await ask(`update quailrunner.workers set seen_at = now() - interval '1 hour' where id = $1`, [workerId]);
  await ask(`update quailrunner.runs set started_at = now() - interval '1 hour' where worker_id = $1`, [workerId]);
};
