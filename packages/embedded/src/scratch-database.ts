/** Databases that a demo makes anew each time, on our own server or on one that somebody gave us. */
import { QuailError } from '@quailrunner/domain';
import pg from 'pg';

export interface ScratchDatabase {
  readonly url: string;
  /** Runs one statement. */
  run(sql: string, values?: readonly unknown[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Drops the database of this name on the server that the URL names, and creates it empty. Throws DATABASE_IN_USE while
 * anybody is connected to it.
 */
export const recreateDatabase = async (serverUrl: string, name: string): Promise<ScratchDatabase> => {
  await withClient(serverUrl, async (client) => {
    const quoted = client.escapeIdentifier(name);
    await client.query(`drop database if exists ${quoted}`);
    await client.query(`create database ${quoted} template template0 encoding 'UTF8'`);
  }).catch((error: unknown) => {
    throw explain(error, name);
  });
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  const client = new pg.Client({ connectionString: url.href });
  client.on('error', () => {}); // What breaks the connection fails the next statement too.
  await client.connect();
  return {
    url: url.href,
    run: async (sql, values = []) => void (await client.query(sql, [...values])),
    close: () => client.end(),
  };
};

const withClient = async (url: string, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => {});
  }
};

/** SQLSTATEs of PostgreSQL's documentation, appendix A. */
const mends: Readonly<Record<string, readonly [code: string, mend: string]>> = {
  '55006': ['DATABASE_IN_USE', 'another demo may run on it: stop that one first'],
  '42501': ['DATABASE_NOT_PERMITTED', 'let the user of DATABASE_URL create databases: alter role … createdb'],
};

const explain = (error: unknown, name: string): QuailError => {
  const reason = error instanceof Error ? error.message : String(error);
  const [code, mend] = mends[(error as { code?: string }).code ?? ''] ?? ['DATABASE_NOT_MADE', 'check DATABASE_URL'];
  return Object.assign(new QuailError(code, `the database ${name} can't be made anew: ${reason}`, { cause: error }), {
    mend,
  });
};
