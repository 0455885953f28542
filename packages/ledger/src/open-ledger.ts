/**
 * The way into the ledger: a pool of connections to PostgreSQL that never hang for ever and never take the process down,
 * and the key that seals what is secret. What is inside stays inside this package.
 */
import { type Log, type Outage, silentLog, watchOutage } from '@quailrunner/telemetry';
import pg from 'pg';
import { openBreakOff } from './break-off.js';

export interface Ledger {
  /** For a process that is asked to end: from now on a server that says nothing for a second is not waited for. */
  hurry(): void;
  /** Hurries, and ends when the statements in progress have ended. */
  close(): Promise<void>;
  readonly [inside]: Inside;
}

export interface LedgerOptions {
  readonly databaseUrl: string;
  /** 32 bytes. */
  readonly encryptionKey: Buffer;
  /** As pg_stat_activity shows us. */
  readonly applicationName: string;
  /** 10 unless set. */
  readonly maxConnections?: number;
}

export const inside: unique symbol = Symbol('inside the ledger');

export interface Inside {
  readonly pool: pg.Pool;
  /** Connections of the hot path, so that it never waits behind anything else. */
  readonly writers: pg.Pool;
  readonly databaseUrl: string;
  readonly encryptionKey: Buffer;
  readonly log: Log;
  readonly outage: Outage;
  /** What is done through this ledger is done once: see idempotency-keys.ts. */
  readonly once?: { readonly principal: string; readonly key: string; readonly claim: number };
}

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 30_000;
/** For a server that doesn't answer at all, not even to say that the time is over. */
const silenceTimeoutMs = statementTimeoutMs + 5_000;

/** Connects with the first statement. */
export const openLedger = (options: LedgerOptions, log: Log = silentLog): Ledger => {
  const { databaseUrl, encryptionKey, maxConnections = 10 } = options;
  const breakOff = openBreakOff(databaseUrl);
  const outage = watchOutage('ledger', log);
  const stream = breakOff.makeSocket;
  const pool = openPool(options, { max: maxConnections, onConnect: planEachTime, stream });
  const writers = openPool(options, { max: 1, maxLifetimeSeconds: 30, onConnect: planOnce, stream });
  const hurry = (): void => breakOff.watch(() => [pool, writers].some((one) => one.totalCount > one.idleCount));
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    hurry();
    closed ??= Promise.all([pool.end(), writers.end()]).finally(breakOff.close);
    await closed;
  };
  const ledger = { hurry, close, [inside]: { pool, writers, databaseUrl, encryptionKey, log, outage } };
  // An idle connection was lost: the pool opens another one when it needs it.
  for (const one of [pool, writers]) one.on('error', (error) => outage.lost(pool, error));
  return ledger;
};

const openPool = ({ databaseUrl, applicationName }: LedgerOptions, { onConnect, ...options }: pg.PoolConfig): pg.Pool =>
  new pg.Pool({
    ...options,
    connectionString: databaseUrl,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: silenceTimeoutMs,
    keepAlive: true,
    onConnect: async (client) => {
      await client.query(applyLimits, [String(statementTimeoutMs)]);
      await onConnect?.(client);
    },
  });

// Why: settings made at start-up would be refused by connection poolers. Compiling our statements takes longer than running
// them. A commit that returned must survive a crash, since attempts are committed before their POSTs leave: a database
// that was told otherwise is told better.
const applyLimits = `
  select
    set_config('statement_timeout', $1, false),
    set_config('idle_in_transaction_session_timeout', $1, false),
    set_config('jit', 'off', false),
    set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false)`;

// Why: a plan made while a table was empty reads all of it once it is large.
const planEachTime = async (client: pg.ClientBase): Promise<void> => {
  await client.query(`select set_config('plan_cache_mode', 'force_custom_plan', false)`);
};

// Why: planning the hot statement takes as long as running it for a few messages. It goes by primary keys, so one plan
// serves all sizes but the smallest; a connection that began on an almost empty table is soon replaced.
const keepPlanOnceLarge = `
  select
    set_config('enable_seqscan', 'off', false),
    set_config('enable_bitmapscan', 'off', false),
    set_config('enable_hashjoin', 'off', false),
    set_config('enable_mergejoin', 'off', false),
    set_config('plan_cache_mode',
      case when pg_relation_size(to_regclass('quailrunner.runs')) > 524288
        then 'force_generic_plan' else 'force_custom_plan' end,
      false)`;

const planOnce = async (client: pg.ClientBase): Promise<void> => {
  await client.query(keepPlanOnceLarge);
};
