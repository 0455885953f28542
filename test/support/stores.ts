/**
 * vitest's global set-up: one PostgreSQL and one Redis for the whole test run, real ones, in a directory that goes with
 * them. Tests ask for a database of their own in index.ts.
 */

import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, startRedis } from '@quailrunner/embedded';
import { migrateLedger, openLedger } from '@quailrunner/ledger';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { ledgerTemplate } from './databases.js';

/** Each caller of `createTestRedis` gets a database number of its own. */
const redisDatabases = 2_048;

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of PostgreSQL's maintenance database. */
    readonly postgresUrl: string;
    readonly redisUrl: string;
    readonly redisDatabases: number;
  }
}

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'quailrunner-test-'));
  await chmod(dataDir, 0o711);
  const onProgress = (message: string) => process.stderr.write(`${message}\n`);
  const [postgres, redis] = await Promise.all([
    startPostgres({ dataDir, temporary: true }),
    startRedis({ dataDir, temporary: true, databases: redisDatabases, onProgress }),
  ]);
  const postgresUrl = await postgres.databaseUrl('postgres');
  await prepare(postgresUrl);
  await migrateTemplate(await postgres.databaseUrl(ledgerTemplate));
  project.provide('postgresUrl', postgresUrl);
  project.provide('redisUrl', redis.url);
  project.provide('redisDatabases', redisDatabases);
  return async () => {
    await Promise.all([postgres.close(), redis.close()]);
    await rm(dataDir, { recursive: true, force: true });
  };
};

/** Migrated once: who needs a ledger, and not its migrations, has a copy of it. */
const migrateTemplate = async (databaseUrl: string): Promise<void> => {
  const ledger = openLedger({ databaseUrl, encryptionKey: randomBytes(32), applicationName: 'template' });
  await migrateLedger(ledger);
  await ledger.close();
};

/** Test files run in processes of their own: PostgreSQL counts for all of them. */
const prepare = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create sequence test_redis_database');
  await client.end();
};
