/**
 * Brings the schema `quailrunner` up to date: plain, numbered `.sql` files, forward only. Any number of processes may
 * start at once: one works, the others wait for it and find nothing left to do.
 */
import { readdir } from 'node:fs/promises';
import { parse } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { QuailError } from '@quailrunner/domain';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { LedgerFault, sqlStateOf, toLedgerFault } from './ledger-fault.js';
import { migrationLoaders } from './load-migrations.js';
import { inside, type Ledger } from './open-ledger.js';

const oldestServer = 130_000;
const directory = fileURLToPath(new URL('../migrations', import.meta.url));

/** Any number will do, as long as nobody else takes it: the letters "quail". */
const lockNumber = 0x717561696c;
const lockTimeoutMs = 120_000;
/** As long as others may take for the indexes of large tables. */
const turnTimeoutMs = 600_000;
const askAgainMs = 100;

/** Returns the names of the migrations that this call applied. Says nothing by itself. */
export const migrateLedger = async (ledger: Ledger): Promise<string[]> => {
  const client = new pg.Client({
    connectionString: ledger[inside].databaseUrl,
    application_name: 'quailrunner migrate',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // What breaks the connection fails the statement in progress too.
  client.on('error', () => {});
  try {
    await client.connect();
    await checkServer(client);
    return await migrate(client);
  } catch (error) {
    throw explain(error);
  } finally {
    // Closing lets go of the lock.
    await client.end().catch(() => {});
  }
};

const checkServer = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query(`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number`);
  if (rows[0].number >= oldestServer) return;
  throw new LedgerFault('LEDGER_SERVER_TOO_OLD', `PostgreSQL ${rows[0].version} is too old for the ledger`, {
    mend: 'Point DATABASE_URL to PostgreSQL 13 or newer.',
  });
};

const migrate = async (client: pg.Client): Promise<string[]> => {
  await client.query(`select set_config('lock_timeout', $1, false), set_config('statement_timeout', '0', false)`, [
    String(lockTimeoutMs),
  ]);
  await takeTurn(client);
  if (await isUpToDate(client)) return [];
  await createSchema(client);
  const applied = await runner({
    dbClient: client,
    dir: directory,
    direction: 'up',
    migrationsSchema: 'quailrunner',
    migrationsTable: 'migrations',
    migrationLoaderStrategies: migrationLoaders,
    noLock: true,
    logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  return applied.map((migration) => migration.name);
};

/**
 * Asks again and again instead of waiting in PostgreSQL: an index that is built concurrently waits for all statements that
 * began before, and so for whoever waits for it.
 */
const takeTurn = async (client: pg.Client): Promise<void> => {
  const deadline = Date.now() + turnTimeoutMs;
  for (;;) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as "isOurs"', [lockNumber]);
    if (rows[0].isOurs) return;
    if (Date.now() > deadline) {
      throw new LedgerFault('LEDGER_LOCKED', 'another process has been migrating the ledger for ten minutes', {
        mend: 'See pg_stat_activity for "quailrunner migrate".',
        retryable: true,
      });
    }
    await setTimeout(askAgainMs);
  }
};

/** Asked before the runner, which wants to own the tables even where nothing is left to do. */
const isUpToDate = async (client: pg.Client): Promise<boolean> => {
  const { rows: tables } = await client.query(`select to_regclass('quailrunner.migrations') is not null as is_there`);
  if (!tables[0].is_there) return false;
  const { rows } = await client.query<{ name: string }>('select name from quailrunner.migrations');
  const applied = new Set(rows.map(({ name }) => name));
  return (await readdir(directory)).every((file) => applied.has(parse(file).name));
};

/** `create schema if not exists` asks for the right to create one even where it exists. */
const createSchema = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query(`select from pg_catalog.pg_namespace where nspname = 'quailrunner'`);
  if (rows.length === 0) await client.query('create schema quailrunner');
};

/** The runner wraps some errors of PostgreSQL and loses their codes. */
const explain = (error: unknown): QuailError => {
  if (sqlStateOf(error) === undefined && error instanceof Error && /permission denied/.test(error.message)) {
    return toLedgerFault(Object.assign(new Error(firstLine(error.message)), { code: '42501' }));
  }
  return toLedgerFault(error);
};

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
