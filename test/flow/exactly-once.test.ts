import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Running, type Stage } from '../support/stage.js';
import { createUsers, smsTask } from '../support/tasks.js';

const entities = 10_000;

describe('three workers and two schedulers on one Redis and one PostgreSQL', () => {
  let stage: Stage;
  let processes: Running[] = [];

  beforeAll(async () => {
    stage = await openStage();
    await stage.source.query(createUsers(entities));
    const applied = await stage.quail('task', 'apply', await stage.writeTask('welcome', smsTask({ name: 'welcome' })));
    expect(applied).toMatchObject({ code: 0 });
  });

  afterAll(() => stage.close());

  it('send each of 10,000 entities exactly one message', async () => {
    processes = ['scheduler', 'scheduler', 'worker', 'worker', 'worker'].map((app) => stage.start([app]));
    await waitUntil(async () => (await completed()) === entities, { timeoutMs: 90_000, what: 'all runs to complete' });
    expect(await stage.sent()).toMatchObject({ total: entities, recipients: entities, most: 1 });
  }, 120_000);

  it('leave no phone number and no credential in Redis', async () => {
    const dump = await dumpRedis(stage.redisUrl);
    expect(dump.length).toBeGreaterThan(1_000);
    expect(dump).toMatch(/r_\d+_\d+/);
    expectNothingPersonal(dump);
  });

  it('leave no phone number and no credential in their logs', async () => {
    const logs = processes.map((process) => process.output()).join('\n');
    expect(logs).toContain('attempt.finished');
    expect(logs).toContain('scan.finished');
    expectNothingPersonal(logs);
  });

  it('end at once and with 0 when they are told to stop', async () => {
    expect(await Promise.all(processes.map((process) => process.stop()))).toEqual([0, 0, 0, 0, 0]);
  });

  const completed = async (): Promise<number> => {
    const { rows } = await stage.ledger.query(
      `select count(*)::int as n from quailrunner.runs where state = 'completed'`,
    );
    return rows[0].n;
  };

  const expectNothingPersonal = (text: string): void => {
    expect(text).not.toMatch(/15550\d{6}/);
    expect(text).not.toContain('5005550006');
    expect(text).not.toContain(stage.basic);
    expect(text).not.toContain('a-token-that-must-not-leak');
    expect(text).not.toContain(stage.env.QUAIL_ENCRYPTION_KEY);
  };
});

/** Every key with its value, whatever its type: Redis' own serialisation of it, and the parts as text. */
const dumpRedis = async (url: string): Promise<string> => {
  const redis = new Redis(url);
  const parts: string[] = [];
  for await (const keys of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    for (const key of keys) parts.push(key, JSON.stringify(await readKey(redis, key)));
  }
  redis.disconnect();
  return parts.join('\n');
};

const readKey = async (redis: Redis, key: string): Promise<unknown> => {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none':
      return null;
    default:
      throw new Error(`a key of the type ${type}, which this test can't read: ${key}`);
  }
};
