/** PostgreSQL behind a door, with data that outlives its server: it is stopped, killed and frozen, and comes back. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@quailrunner/embedded';
import pg from 'pg';
import { openTcpDoor, type TcpDoor } from '../support/tcp-door.js';
import { childrenOf, readPid, signal, untilGone } from './processes.js';

export interface PostgresStore {
  readonly door: TcpDoor;
  /** URL of a database, through the door. */
  urlOf(database: string): string;
  /** Past the door, and again until it succeeds: the statement must bear to be run twice. */
  ask<Row extends pg.QueryResultRow>(database: string, sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Stops in order and starts again, on another port. */
  restart(): Promise<void>;
  /** The postmaster dies on the spot; what was committed is found in the log of its writes. */
  crash(): Promise<void>;
  /** Nobody is answered for so long, and nothing is forgotten. */
  freeze(ms: number): Promise<void>;
  close(): Promise<void>;
}

export const openPostgresStore = async (dataDir: string, databases: readonly string[]): Promise<PostgresStore> => {
  let server = await startPostgres({ dataDir });
  for (const database of databases) await server.databaseUrl(database);
  let ownUrl = await server.databaseUrl('postgres');
  const door = await openTcpDoor(ownUrl);
  const pidFile = join(dataDir, 'postgres', 'postmaster.pid');

  const comeBack = async (): Promise<void> => {
    server = await startAgain(dataDir);
    ownUrl = await server.databaseUrl('postgres');
    door.leadTo(Number(new URL(ownUrl).port));
  };
  return {
    door,
    urlOf: (database) => withDatabase(door.url, database),
    ask: (database, sql, values = []) => askSurely(() => withDatabase(ownUrl, database), { sql, values }),
    restart: async () => {
      await server.close();
      await comeBack();
    },
    crash: async () => {
      const postmaster = await readPid(pidFile);
      const processes = [postmaster, ...(await childrenOf(postmaster))];
      signal(postmaster, 'SIGKILL');
      await untilGone(processes);
      await comeBack();
    },
    freeze: async (ms) => {
      const postmaster = await readPid(pidFile);
      const processes = [postmaster, ...(await childrenOf(postmaster))];
      for (const pid of processes) signal(pid, 'SIGSTOP');
      await sleep(ms);
      for (const pid of processes) signal(pid, 'SIGCONT');
    },
    close: async () => {
      await door.close();
      await server.close();
    },
  };
};

const startTries = 5;

/** A server that was killed may leave something behind that the next one still stumbles over. */
const startAgain = async (dataDir: string): Promise<Postgres> => {
  for (let triesLeft = startTries; ; triesLeft -= 1) {
    try {
      return await startPostgres({ dataDir });
    } catch (error) {
      if (triesLeft === 0) throw error;
      await sleep(500);
    }
  }
};

const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
};

const askLimitMs = 60_000;

const askSurely = async <Row extends pg.QueryResultRow>(
  findUrl: () => string,
  statement: { sql: string; values: readonly unknown[] },
): Promise<Row[]> => {
  const deadline = Date.now() + askLimitMs;
  for (;;) {
    try {
      return await askOnce<Row>(findUrl(), statement);
    } catch (error) {
      if (Date.now() > deadline || isMistake(error)) throw error;
      await sleep(200);
    }
  }
};

/** SQLSTATE class 42: the statement itself is wrong. */
const isMistake = (error: unknown): boolean => String((error as { code?: unknown }).code).startsWith('42');

const askOnce = async <Row extends pg.QueryResultRow>(
  connectionString: string,
  { sql, values }: { sql: string; values: readonly unknown[] },
): Promise<Row[]> => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 20_000 });
  client.on('error', () => {}); // What breaks the connection fails the statement too.
  try {
    await client.connect();
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end().catch(() => {});
  }
};
