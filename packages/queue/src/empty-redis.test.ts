import { silentLog } from '@quailrunner/telemetry';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRedis } from '../../../test/support/index.js';
import { emptyRedis } from './empty-redis.js';

let url: string;
let redis: Redis;

beforeEach(async () => {
  url = await createTestRedis();
  redis = new Redis(url);
});

afterEach(() => redis.disconnect());

/** Leaves the database to itself: who is connected objects. */
const write = async (key: string): Promise<void> => {
  await redis.set(key, '1');
  await redis.quit();
};

const readKeys = async (): Promise<string[]> => {
  redis = new Redis(url);
  return redis.keys('*');
};

describe('emptyRedis', () => {
  it('takes an empty database, and empties what a demo left in it', async () => {
    await redis.quit();
    await emptyRedis(url, silentLog);
    redis = new Redis(url);
    await write('left-by-a-demo');
    await emptyRedis(url, silentLog);
    expect(await readKeys()).toEqual(['quailrunner-demo']);
  });

  it("leaves somebody's keys alone", async () => {
    await write('precious');
    await expect(emptyRedis(url, silentLog)).rejects.toMatchObject({ code: 'REDIS_NOT_OURS' });
    expect(await readKeys()).toEqual(['precious']);
  });

  it('leaves alone what is in use', async () => {
    await redis.ping();
    await expect(emptyRedis(url, silentLog)).rejects.toThrow('somebody is connected');
  });
});
