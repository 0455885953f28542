/**
 * An empty Redis for a demo, and never at the cost of anybody's data: only a database that is empty, or that an earlier
 * demo has filled, and that nobody else is connected to.
 */
import { QuailError } from '@quailrunner/domain';
import { type Log, watchOutage } from '@quailrunner/telemetry';
import type { Redis } from 'ioredis';
import { connect, waitUntilReady } from './connection.js';

/** Stays in the database: what else is in there came from a demo. */
const demoMark = 'quailrunner-demo';

/** Empties the database that the URL names. Throws REDIS_NOT_OURS when it may be somebody's. */
export const emptyRedis = async (redisUrl: string, log: Log): Promise<void> => {
  const redis = connect(redisUrl, 'producer', watchOutage('queue', log));
  try {
    await waitUntilReady(redis, 5_000);
    const reason = await readObjection(redis);
    if (reason !== undefined) throw notOurs(reason);
    await redis.flushdb();
    await redis.set(demoMark, '1');
  } finally {
    redis.disconnect();
  }
};

const readObjection = async (redis: Redis): Promise<string | undefined> => {
  if ((await redis.dbsize()) > 0 && (await redis.exists(demoMark)) === 0) return 'it holds keys that no demo wrote';
  return (await countOthers(redis)) > 0 ? 'somebody is connected to it' : undefined;
};

/** A Redis whose user may not ask (CLIENT is restricted) is taken to be nobody else's. */
const countOthers = async (redis: Redis): Promise<number> => {
  const [list, own] = await Promise.all([redis.client('LIST'), redis.client('ID')]).catch(() => ['', 0] as const);
  const inThisDatabase = new RegExp(`^id=(?!${own} ).* db=${redis.options.db ?? 0} `, 'gm');
  return [...String(list).matchAll(inThisDatabase)].length;
};

const notOurs = (reason: string): QuailError =>
  Object.assign(new QuailError('REDIS_NOT_OURS', `the Redis database of REDIS_URL is not for a demo: ${reason}`), {
    mend: 'name an empty one: REDIS_URL=redis://host:6379/9, say; or leave REDIS_URL out and the demo starts its own Redis',
  });
