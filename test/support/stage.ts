/**
 * A whole Quailrunner for a test: a source, a ledger, a Redis and a sandbox of its own, and the product's real processes
 * started through the command line. The sandbox's count is the judge of what was sent.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@quailrunner/sandbox';
import { silentLog } from '@quailrunner/telemetry';
import pg from 'pg';
import { account, basic } from './account.js';
import { createTestDatabase, createTestRedis } from './databases.js';
import { type Finished, runQuail, spawnQuail } from './quail-process.js';

export interface Running {
  readonly process: ChildProcess;
  /** All it has written so far, to standard output and error. */
  output(): string;
  /** Awaits its end; the exit code. */
  ended(): Promise<number | null>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

export const openStage = async (settings: Readonly<Record<string, string>> = {}) => {
  const [sourceDatabase, ledgerDatabase, redisUrl, directory] = await Promise.all([
    createTestDatabase(),
    createTestDatabase(),
    createTestRedis(),
    mkdtemp(join(tmpdir(), 'quailrunner-stage-')),
  ]);
  const sandbox = await startSandbox({ host: '127.0.0.1', port: 0, accounts: [account] }, { log: silentLog });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    DATABASE_URL: ledgerDatabase.url,
    REDIS_URL: redisUrl,
    SOURCE_DATABASE_URL: sourceDatabase.url,
    QUAIL_DATA_DIR: directory,
    QUAIL_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    QUAIL_SECRET_TWILIO_BASIC: basic,
    QUAIL_TWILIO_BASE_URL: sandbox.url,
    QUAIL_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8',
    LOG_LEVEL: 'debug',
    LOG_FORMAT: 'json',
    ...settings,
  };
  const source = new pg.Pool({ connectionString: sourceDatabase.url, max: 2 });
  const ledger = new pg.Pool({ connectionString: ledgerDatabase.url, max: 2 });
  // A connection that ends with its database says so once more; nobody waits for it then.
  for (const pool of [source, ledger]) pool.on('error', () => {});
  const running: Running[] = [];

  const start = (args: string[], more: Record<string, string> = {}): Running => {
    const started = run(args, { ...env, ...more });
    running.push(started);
    return started;
  };

  return {
    env,
    directory,
    redisUrl,
    source,
    ledger,
    sandbox,
    basic,
    start,
    /** Runs a command to its end. */
    quail: async (...args: string[]): Promise<Finished> => runQuail(args, env),
    /** Replaces the sandbox's fault rules. */
    faults: async (...rules: object[]): Promise<void> => {
      const answer = await fetch(`${sandbox.url}/sandbox/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(rules),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    /** What the sandbox has counted: the judge. */
    sent: async (): Promise<{ total: number; recipients: number; most: number }> => {
      const answer = await fetch(`${sandbox.url}/sandbox/messages?summary=1`);
      const { total, recipients, most } = (await answer.json()) as { total: number; recipients: number; most: number };
      return { total, recipients, most };
    },
    /** Writes a task file into the stage's own directory and returns its path. */
    writeTask: async (name: string, text: string): Promise<string> => {
      const path = join(directory, `${name}.sql`);
      await writeFile(path, text);
      return path;
    },
    close: async () => {
      await Promise.all(running.map((one) => one.stop('SIGKILL')));
      await Promise.all([source.end(), ledger.end(), sandbox.close()]);
      await Promise.all([sourceDatabase.close(), ledgerDatabase.close(), rm(directory, { recursive: true })]);
    },
  };
};

const run = (args: string[], env: NodeJS.ProcessEnv): Running => {
  const child = spawnQuail(args, env);
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const ended = once(child, 'close');
  return {
    process: child,
    output: () => written,
    ended: async () => {
      await ended;
      return child.exitCode;
    },
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
};
