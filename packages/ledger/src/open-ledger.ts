/**
 * The way into the ledger: a pool of connections to PostgreSQL that never hang for ever and never take the process down,
 * and the key that seals what is secret. What is inside stays inside this package.
 */
import { describeFault, type Log, silentLog } from '@quailrunner/telemetry';
import pg from 'pg';

export interface Ledger {
  /** Ends when the statements in progress have ended. */
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
  readonly databaseUrl: string;
  readonly encryptionKey: Buffer;
  readonly log: Log;
}

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 30_000;
/** For a server that doesn't answer at all, not even to say that the time is over. */
const silenceTimeoutMs = statementTimeoutMs + 5_000;

/** Connects with the first statement. */
export const openLedger = (options: LedgerOptions, log: Log = silentLog): Ledger => {
  const { databaseUrl, encryptionKey, applicationName } = options;
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    application_name: applicationName,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: silenceTimeoutMs,
    keepAlive: true,
    onConnect: prepareConnection,
  });
  // An idle connection was lost: the pool opens another one when it needs it.
  pool.on('error', (error) => log.emit('ledger.connection_lost', describeFault(error)));
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= pool.end();
    return closed;
  };
  return { close, [inside]: { pool, databaseUrl, encryptionKey, log } };
};

// Why: a plan made while a table was empty reads all of it once it is large, so each execution is planned afresh (a
// fraction of a millisecond, shared by a batch). A commit that returned must survive a crash: an attempt is committed
// before its POST leaves. Set here, not at start-up, because connection poolers refuse unknown start-up parameters.
const connectionSettings = `
  select
    set_config('statement_timeout', $1, false),
    set_config('idle_in_transaction_session_timeout', $1, false),
    set_config('plan_cache_mode', 'force_custom_plan', false),
    set_config('synchronous_commit',
      case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end,
      false)`;

const prepareConnection = async (client: pg.ClientBase): Promise<void> => {
  await client.query(connectionSettings, [String(statementTimeoutMs)]);
};
