import { describe, expect, it } from 'vitest';
import { problemsOf } from '../test/problems-of.js';
import { readConfig, requireStores } from './index.js';

const key = Buffer.alloc(32, 7);

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

  it.each([key.toString('hex'), key.toString('base64'), key.toString('base64').replace('=', '')])(
    'takes a key in hex or in base64: %s',
    (text) => expect(readConfig({ QUAIL_ENCRYPTION_KEY: text }).encryptionKey).toEqual(key),
  );

  it('takes networks and single addresses, with commas or spaces between them', () => {
    const { allowPrivateTargets } = readConfig({ QUAIL_ALLOW_PRIVATE_TARGETS: '10.0.0.0/8, fd00::/8 127.0.0.1, ::1' });
    expect(allowPrivateTargets).toEqual(['10.0.0.0/8', 'fd00::/8', '127.0.0.1/32', '::1/128']);
  });

  it.each(['10.0.0.0/33', '300.0.0.0/8', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', 'localhost', '10.0.0/8', '/8'])(
    'takes %s for no network',
    (text) => {
      expect(problemsOf(() => readConfig({ QUAIL_ALLOW_PRIVATE_TARGETS: text }))).toEqual([
        `QUAIL_ALLOW_PRIVATE_TARGETS: must be a list of networks such as 10.0.0.0/8, fd00::/8, not "${text}"`,
      ]);
    },
  );

  it('takes the slash from the end of a URL', () => {
    const env = { QUAIL_TWILIO_BASE_URL: 'http://localhost:3001/', PUBLIC_URL: 'https://example.com/quail/' };
    expect(readConfig(env)).toMatchObject({
      twilioBaseUrl: 'http://localhost:3001',
      publicUrl: 'https://example.com/quail',
    });
  });

  it('counts an empty variable as unset', () => {
    const config = readConfig({ REDIS_URL: '', QUAIL_SECRET_X: ' ', QUAIL_TWILIO_BASEURL: '' });
    expect(config).not.toHaveProperty('redisUrl');
    expect(config.secrets).toEqual({});
  });

  it('leaves alone what resembles none of its variables', () => {
    expect(() => readConfig({ QUAIL_FEATHERS: '1', QUAIL_RUN: '1', PATH: '/bin' })).not.toThrow();
  });
});

describe('mistakes in the environment', () => {
  it('are told all at once, and repeat no secret and no URL with one', () => {
    const problems = problemsOf(() =>
      readConfig({
        DATABASE_URL: 'mysql://root:hunter2@db/x',
        REDIS_URL: 'localhost:6379',
        SOURCE_CRM_DATABASE_URL: 'hunter2',
        SOURCE_DATABASE_URL: 'postgres://a/b',
        SOURCE_DEFAULT_DATABASE_URL: 'postgres://a/b',
        QUAIL_ENCRYPTION_KEY: 'hunter2',
        QUAIL_TWILIO_BASE_URL: 'http://localhost:3001/api',
        QUAIL_TWILIO_BASEURL: 'http://localhost:3001',
        PUBLIC_URL: 'https://me:hunter2@example.com',
        MONITOR_PORT: '70000',
        QUAIL_ADMIN_PASSWORD: 'hunter2',
        QUAIL_API_TOKEN: 'hunter2',
        SCAN_INTERVAL: 'often',
        WORKER_CONCURRENCY: '0',
        SHUTDOWN_TIMEOUT: '2h',
        LOG_LEVEL: 'loud',
        LOG_FORMAT: 'xml',
      }),
    );
    expect(problems.join('\n')).toBe(`\
DATABASE_URL: must be a URL such as postgres://user:password@host:5432/database
  → in a user name or password, write : / ? # @ as %3A %2F %3F %23 %40
REDIS_URL: must be a URL such as redis://host:6379
  → in a user name or password, write : / ? # @ as %3A %2F %3F %23 %40
QUAIL_ENCRYPTION_KEY: must be 32 bytes in hex or base64
  → make one with: openssl rand -base64 32
QUAIL_TWILIO_BASE_URL: must be a URL such as https://api.twilio.com, without a path, not "http://localhost:3001/api"
PUBLIC_URL: must be a URL such as https://quailrunner.example.com
MONITOR_PORT: must be a whole number from 0 to 65535, not "70000"
QUAIL_ADMIN_PASSWORD: must have at least 12 characters
QUAIL_API_TOKEN: must have at least 16 characters
SCAN_INTERVAL: must be a duration from 1s to 1d, such as 10s, 250ms or 5m, not "often"
WORKER_CONCURRENCY: must be a whole number from 1 to 1000, not "0"
SHUTDOWN_TIMEOUT: must be a duration from 0s to 1h, such as 10s, 250ms or 5m, not "2h"
LOG_LEVEL: must be debug, info, warn or error, not "loud"
LOG_FORMAT: must be json or pretty, not "xml"
SOURCE_CRM_DATABASE_URL: must be a URL such as postgres://user:password@host:5432/database
  → in a user name or password, write : / ? # @ as %3A %2F %3F %23 %40
SOURCE_DEFAULT_DATABASE_URL: another variable names the source "default" too
  → unset one
QUAIL_TWILIO_BASEURL: there is no such variable
  → did you mean QUAIL_TWILIO_BASE_URL?`);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('name each store that is missing, and the ways out', () => {
    expect(problemsOf(() => requireStores(readConfig({}))).join('\n')).toBe(`\
DATABASE_URL: is not set: the ledger, a PostgreSQL database
  → set it, run \`docker compose up -d\` for both stores, or use \`quail up\`, which brings its own
REDIS_URL: is not set: the queue, a Redis
  → set it, run \`docker compose up -d\` for both stores, or use \`quail up\`, which brings its own
QUAIL_ENCRYPTION_KEY: is not set: the key that seals what the ledger keeps
  → make one with \`openssl rand -base64 32\`, and give the same to every process`);
  });

  it('leave the stores that are set alone', () => {
    const env = { DATABASE_URL: 'postgres://a/b', REDIS_URL: 'redis://c', QUAIL_ENCRYPTION_KEY: key.toString('hex') };
    expect(requireStores(readConfig(env))).toEqual({
      databaseUrl: 'postgres://a/b',
      redisUrl: 'redis://c',
      encryptionKey: key,
    });
  });
});
