/**
 * Whether Redis still knows what it was told. A key holds the id that the server gave itself when it started: it is gone
 * after a flush or in an empty Redis, and another one after a restart or a failover, which may have lost the last jobs.
 */
import type { Redis } from 'ioredis';
import { keyPrefix } from './names.js';

const epochKey = `${keyPrefix}:epoch`;

/** True until `remember` is called, once the server has started anew or lost the key. */
export const hasForgotten = async (redis: Redis): Promise<boolean> => {
  const [epoch, server] = await Promise.all([redis.get(epochKey), readServerId(redis)]);
  return epoch !== server;
};

export const remember = async (redis: Redis): Promise<void> => {
  await redis.set(epochKey, await readServerId(redis));
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
