/**
 * PostgreSQL as a child of ours: a free port on 127.0.0.1, a data dir of its own, a password nobody chose. Starts on an
 * existing data dir in some 30 ms, makes a new one in under a second.
 */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QuailError, scrub } from '@quailrunner/domain';
import pg from 'pg';
import { type BoundProcess, startBound } from './bound-process.js';
import { findFreePort } from './free-port.js';
import { initialise, postgresEnv } from './initialise-postgres.js';
import { clearLeftover, dataDirInUse } from './leftover.js';
import { findPostgres, type PostgresProgram } from './postgres-program.js';
import { waitUntilUp } from './wait-until-up.js';
import { asStoreFault, waysOut } from './ways-out.js';

export interface PostgresOptions {
  /** Ours to write: holds PostgreSQL's files, its password among them, and its log. */
  readonly dataDir: string;
  /** For tests: nothing outlives the server, so nothing is forced to disk, and `close` deletes the data. */
  readonly temporary?: boolean;
}

export interface Postgres {
  /** URL of a database of this server, which is created when it isn't there. */
  databaseUrl(name: string): Promise<string>;
  close(): Promise<void>;
}

const superuser = 'quail';
const startTries = 3;

/** @throws QuailError whose message says what can't be had and the ways out. */
export const startPostgres = (options: PostgresOptions): Promise<Postgres> =>
  start(options).catch((cause: unknown) => {
    throw asStoreFault('PostgreSQL', cause);
  });

const start = async (options: PostgresOptions): Promise<Postgres> => {
  await mkdir(options.dataDir, { recursive: true });
  const program = await findPostgres(join(options.dataDir, 'postgres'));
  await clearLeftover(join(program.dataDir, 'postmaster.pid'), program.dataDir);
  const password = await initialise(program, { superuser, temporary: options.temporary ?? false });
  const { server, port } = await launch(program, options, password);
  const urlOf = (name: string) => `postgres://${superuser}:${password}@127.0.0.1:${port}/${encodeURIComponent(name)}`;
  return {
    databaseUrl: async (name) => {
      await ensureDatabase(urlOf('postgres'), name);
      return urlOf(name);
    },
    close: async () => {
      await server.stop();
      if (options.temporary) await rm(program.dataDir, { recursive: true, force: true });
    },
  };
};

const launch = async (
  program: PostgresProgram,
  options: PostgresOptions,
  password: string,
): Promise<{ server: BoundProcess; port: number }> => {
  const logPath = join(options.dataDir, 'postgres.log');
  for (let left = startTries; left > 0; left -= 1) {
    const port = await findFreePort();
    const server = await startServer(program, { port, logPath, temporary: options.temporary ?? false });
    if (await waitUntilUp(server, () => answers(port, password))) return { server, port };
    await server.stop();
  }
  const said = await lastWords(logPath);
  if (said.includes('postmaster.pid')) throw dataDirInUse(program.dataDir);
  throw new QuailError('POSTGRESQL_FAILED', waysOut('PostgreSQL', said));
};

const startServer = async (
  program: PostgresProgram,
  { port, logPath, temporary }: { port: number; logPath: string; temporary: boolean },
): Promise<BoundProcess> => {
  const log = await open(logPath, 'w', 0o600);
  const settings = Object.entries({ port, ...serverSettings, ...(temporary ? carefreeSettings : {}) });
  try {
    return startBound({
      file: join(program.binDir, 'postgres'),
      args: ['-D', program.dataDir, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      cwd: program.dataDir,
      env: postgresEnv,
      logFd: log.fd,
      stopSignal: temporary ? 'QUIT' : 'INT',
      ...(program.user ? { user: program.user } : {}),
    });
  } finally {
    await log.close();
  }
};

/** What a failing statement says of rows stays out of the log: people's numbers may be in it. */
const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 300,
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

const carefreeSettings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };

const answers = async (port: number, password: string): Promise<boolean> => {
  const client = new pg.Client({ host: '127.0.0.1', port, user: superuser, password, database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
};

/** Two processes may ask for the same database at once: the second finds it there. */
const ensureDatabase = async (maintenanceUrl: string, name: string): Promise<void> => {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  client.on('error', () => {}); // What breaks the connection fails the statement too.
  await client.connect();
  try {
    const found = await client.query('select from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  } finally {
    await client.end();
  }
};

/** 42P04: duplicate_database; 23505: the same, seen a moment earlier. */
const isAlreadyThere = (error: unknown): boolean =>
  ['42P04', '23505'].includes((error as { code?: string }).code ?? '');

/** What it gave as its reason before it ended, without the times. */
const lastWords = async (logPath: string): Promise<string> => {
  const log = await readFile(logPath, 'utf8').catch(() => '');
  const reasons = [...log.matchAll(/(?:FATAL|PANIC|ERROR|HINT): {2}(.*)/g)].map((match) => match[1]);
  return scrub(reasons.slice(-3).join(' ')) || 'it did not answer';
};
