/**
 * Whether Redis still knows what it was told. A key holds the ids that its servers gave themselves when they started: it is
 * gone after a flush and in an empty Redis, and lacks the id after a restart or a failover, which may have lost the last
 * jobs. A set, because a proxy may ask now this server and now that one.
 */
import type { Redis } from 'ioredis';
import { keyPrefix } from './names.js';

const epochKey = `${keyPrefix}:epoch`;

/** What to `remember` once everything was held against what is there; `undefined` when Redis has forgotten nothing. */
export const readForgotten = async (redis: Redis): Promise<string | undefined> => {
  const server = await readServerId(redis);
  return (await redis.sismember(epochKey, server)) === 1 ? undefined : server;
};

/** `server` as it was read before: one that has started since is not vouched for. */
export const remember = async (redis: Redis, server: string): Promise<void> => {
  await redis.sadd(epochKey, server);
};

/** A Redis that doesn't let its users ask for INFO still forgets the key when it forgets everything. */
const readServerId = async (redis: Redis): Promise<string> => {
  try {
    return /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? 'unnamed';
  } catch (error) {
    if (error instanceof Error && /^(?:NOPERM|ERR)/.test(error.message)) return 'unnamed';
    throw error;
  }
};
