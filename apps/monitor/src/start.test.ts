import { randomBytes } from 'node:crypto';
import { readConfig } from '@quailrunner/config';
import { countUsers } from '@quailrunner/ledger';
import { silentLog } from '@quailrunner/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../../../test/support/index.js';
import { openMonitorStage, signIn } from '../../../test/support/monitor-stage.js';
import { startMonitorFrom } from './index.js';

let database: TestDatabase;
let env: Record<string, string>;

beforeEach(async () => {
  database = await createTestDatabase();
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: await createTestRedis(),
    QUAIL_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    QUAIL_API_TOKEN: 'the-token-of-the-api',
    MONITOR_PORT: '0',
  };
});
afterEach(() => database.close());

describe('a monitor from its configuration', () => {
  it('brings its ledger up to date, tells the first password, and starts again without one', async () => {
    const config = readConfig(env);
    const monitor = await startMonitorFrom(config, silentLog);
    await signIn(monitor.url, monitor.firstPassword ?? '');
    const headers = { authorization: 'Bearer the-token-of-the-api' };
    expect((await fetch(`${monitor.url}/api/v1/tasks`, { headers })).status).toBe(200);
    await monitor.close();
    const again = await startMonitorFrom(config, silentLog);
    expect(again.firstPassword).toBeUndefined();
    await again.close();
  });

  it('makes no password that nobody would see when its port is taken', async () => {
    const other = await openMonitorStage();
    const { port } = new URL((await other.startMonitor()).url);
    await expect(startMonitorFrom(readConfig({ ...env, MONITOR_PORT: port }), silentLog)).rejects.toThrow('EADDRINUSE');
    const stage = await openMonitorStage({ databaseUrl: env.DATABASE_URL ?? '' });
    expect(await countUsers(stage.ledger)).toBe(0);
    await Promise.all([stage.close(), other.close()]);
  });
});
