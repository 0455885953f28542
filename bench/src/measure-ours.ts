import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Bench } from './main.js';
import { type Measured, untilAllArrived } from './measure-bare.js';
import { ask, startNode, stop, until } from './process.js';

const quail = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'bin', 'quail.js');

const taskFile = `/*
name: bench
action:
  url: https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json
  headers:
    Content-Type: application/x-www-form-urlencoded
    Authorization: Basic {{ secrets.twilio_basic }}
  body: MessagingServiceSid=MG00000000000000000000000000000007&To={{.phone_number}}&Body=Hello!
*/
SELECT uuid AS entity_pk, phone_number FROM public.users WHERE deleted_at IS NULL;
`;

/** Everything is claimed and Redis is full before the worker starts; the scheduler goes on feeding beside it. */
export const measureOurs = async (bench: Bench, round: number): Promise<Measured> => {
  const env = await prepareStores(bench, round);
  const file = join(tmpdir(), `quailrunner-bench-${process.pid}.sql`);
  await writeFile(file, taskFile);
  await ask(bench.receiver, 'reset');
  await runToEnd(startNode(quail, ['task', 'apply', file], env));
  const scheduler = startNode(quail, ['scheduler'], env);
  const ledger = new pg.Client({ connectionString: env.DATABASE_URL });
  await ledger.connect();
  const count = async (sql: string): Promise<number> => (await ledger.query<{ n: number }>(sql)).rows[0]?.n ?? 0;
  await until(
    async () => (await count('select count(*)::int as n from quailrunner.runs')) >= bench.entities,
    60_000,
    'the claims',
  );
  await until(
    async () => (await count(`select count(*)::int as n from quailrunner.runs where state = 'queued'`)) > 0,
    60_000,
    'the feed',
  );
  const worker = startNode(quail, ['worker'], env);
  const measured = await untilAllArrived(bench, worker);
  const done = `select count(*)::int as n from quailrunner.runs where state = 'completed'`;
  await until(async () => (await count(done)) >= bench.entities, 60_000, 'every run to be completed');
  await ledger.end();
  await Promise.all([stop(worker), stop(scheduler)]);
  return measured;
};

const runToEnd = async (child: ReturnType<typeof startNode>): Promise<void> => {
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`task apply ended with ${code}`);
};

const prepareStores = async (bench: Bench, round: number) => {
  const redis = new Redis(bench.redisUrl);
  await redis.flushdb();
  redis.disconnect();
  const [databaseUrl, sourceUrl] = await Promise.all([
    bench.databaseUrl(`ledger_${round}`),
    bench.databaseUrl(`source_${round}`),
  ]);
  const source = new pg.Client({ connectionString: sourceUrl });
  await source.connect();
  await source.query(`
    create table public.users (uuid uuid primary key default gen_random_uuid(), phone_number text, deleted_at timestamptz);
    insert into public.users (phone_number)
    select '+1555' || lpad(n::text, 7, '0') from generate_series(1, ${bench.entities}) n`);
  await source.end();
  return {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: databaseUrl,
    REDIS_URL: bench.redisUrl,
    SOURCE_DATABASE_URL: sourceUrl,
    QUAIL_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    QUAIL_SECRET_TWILIO_BASIC: Buffer.from('AC00000000000000000000000000000007:token').toString('base64'),
    QUAIL_TWILIO_BASE_URL: bench.receiverUrl,
    WORKER_CONCURRENCY: String(bench.concurrency),
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  };
};
