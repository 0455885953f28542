import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem, ProblemsError } from '@quailrunner/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEncryptionKey, readConfig, requireStores } from './index.js';

const key = Buffer.alloc(32, 7);

const problemsOf = (work: () => unknown): string[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(formatProblem);
    throw error;
  }
  throw new Error('no problem at all');
};

describe('the environment', () => {
  it('has a default for all but the stores', () => {
    expect(readConfig({})).toMatchObject({
      sources: {},
      secrets: {},
      dataDir: '.quailrunner',
      twilioBaseUrl: 'https://api.twilio.com',
      allowPrivateTargets: [],
      lookUpAfterMs: 20_000,
      monitor: { host: '127.0.0.1', port: 3000 },
      scanIntervalMs: 10_000,
      workerConcurrency: 50,
      shutdownTimeoutMs: 30_000,
      log: { level: 'info' },
    });
  });

  it('names sources and secrets by their variables', () => {
    const config = readConfig({
      SOURCE_DATABASE_URL: 'postgres://a/b',
      SOURCE_CRM_EU_DATABASE_URL: 'postgresql://c/d',
      QUAIL_SECRET_TWILIO_BASIC: 'eDp5',
    });
    expect(config.sources).toEqual({ default: 'postgres://a/b', 'crm-eu': 'postgresql://c/d' });
    expect(config.secrets).toEqual({ twilio_basic: 'eDp5' });
  });

  it('takes a key in hex or in base64', () => {
    expect(readConfig({ QUAIL_ENCRYPTION_KEY: key.toString('hex') }).encryptionKey).toEqual(key);
    expect(readConfig({ QUAIL_ENCRYPTION_KEY: key.toString('base64') }).encryptionKey).toEqual(key);
  });

  it('counts an empty variable as unset', () => expect(readConfig({ REDIS_URL: '' })).not.toHaveProperty('redisUrl'));

  it('tells all mistakes at once, and repeats no secret and no URL', () => {
    const problems = problemsOf(() =>
      readConfig({
        DATABASE_URL: 'mysql://root:hunter2@db/x',
        SOURCE_CRM_DATABASE_URL: 'hunter2',
        QUAIL_ENCRYPTION_KEY: 'hunter2',
        QUAIL_ALLOW_PRIVATE_TARGETS: '10.0.0.0/99',
        MONITOR_PORT: '70000',
        SCAN_INTERVAL: 'often',
        WORKER_CONCURRENCY: '0',
        LOG_LEVEL: 'loud',
      }),
    );
    expect(problems).toEqual([
      'DATABASE_URL must be a URL such as postgres://user:password@host:5432/database',
      'QUAIL_ENCRYPTION_KEY must be 32 bytes in hex or base64\n  → make one with: openssl rand -base64 32',
      'QUAIL_ALLOW_PRIVATE_TARGETS must be a list of networks such as 10.0.0.0/8, fd00::/8, not "10.0.0.0/99"',
      'MONITOR_PORT must be a whole number from 0 to 65535, not "70000"',
      'SCAN_INTERVAL must be a duration such as 10s, 250ms or 5m, not "often"',
      'WORKER_CONCURRENCY must be a whole number from 1 to 1000, not "0"',
      'LOG_LEVEL must be debug, info, warn or error, not "loud"',
      'SOURCE_CRM_DATABASE_URL must be a URL such as postgres://user:password@host:5432/database',
    ]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('names each store that is missing, and the ways out', () => {
    const problems = problemsOf(() => requireStores(readConfig({})));
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain('DATABASE_URL is not set');
    expect(problems[1]).toContain('docker compose up -d');
    expect(problems[2]).toContain('openssl rand -base64 32');
  });
});

describe('the key of an embedded installation', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quailrunner-key-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is made once, for its owner only, though many ask for it together', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadEncryptionKey(join(directory, 'new'))));
    expect(new Set(keys.map((one) => one.toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    expect((await stat(join(directory, 'new', 'encryption.key'))).mode & 0o777).toBe(0o600);
  });

  it('is never replaced when it is broken', async () => {
    await writeFile(join(directory, 'encryption.key'), 'half a k');
    await expect(loadEncryptionKey(directory)).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_BROKEN' });
  });
});
