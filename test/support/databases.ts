/** Databases for tests, on the servers that stores.ts started: empty, and nobody else's. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Drops the database, whoever is still connected. */
  close(): Promise<void>;
}

/** A ledger that is migrated, and empty: stores.ts makes it. */
export const ledgerTemplate = 'ledger_template';

/** `withLedger`: a migrated one. */
export const createTestDatabase = async ({ withLedger = false } = {}): Promise<TestDatabase> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await ask(`create database ${name}${withLedger ? ` template ${ledgerTemplate}` : ''}`);
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: async () => {
      await ask(`drop database if exists ${name} with (force)`);
    },
  };
};

/** URL of a Redis database that nobody used before in this test run. */
export const createTestRedis = async (): Promise<string> => {
  const number = Number((await ask<{ number: string }>(`select nextval('test_redis_database') as number`))[0]?.number);
  const databases = inject('redisDatabases');
  if (number >= databases)
    throw new Error(`The tests used up all ${databases} databases of Redis: see test/support/stores.ts`);
  return `${inject('redisUrl')}/${number}`;
};

const ask = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
};
