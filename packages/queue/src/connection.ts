/** Connections to Redis: one kind for producers, which must fail fast, and one for consumers, which must never give up. */
import { QuailError } from '@quailrunner/domain';
import type { Outage } from '@quailrunner/telemetry';
import { Redis, type RedisOptions } from 'ioredis';

/** Reconnects within two seconds of Redis' return; the default grows to twenty. */
const retryStrategy = (times: number): number => Math.min(times * 200, 2_000);

const commandTimeoutMs = 2_000;

/** A connection on which nothing is ever answered, such as a firewall makes of an old one, is replaced. */
const silenceTimeoutMs = 4_000;

const optionsOf = {
  producer: {
    retryStrategy,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: commandTimeoutMs,
    socketTimeout: silenceTimeoutMs,
  },
  consumer: { retryStrategy, maxRetriesPerRequest: null },
} satisfies Record<string, RedisOptions>;

export const connect = (redisUrl: string, kind: 'producer' | 'consumer', outage: Outage): Redis => {
  if (!/^rediss?:\/\//.test(redisUrl)) {
    throw new QuailError('REDIS_URL_INVALID', 'REDIS_URL must begin with redis:// or rediss://');
  }
  const redis = new Redis(redisUrl, optionsOf[kind]);
  redis.on('error', (error) => outage.lost(redis, error));
  redis.on('ready', () => outage.back(redis));
  redis.on('end', () => outage.forget(redis));
  return redis;
};

/** Settles when the connection is usable, or throws within `timeoutMs`. */
export const waitUntilReady = async (redis: Redis, timeoutMs: number): Promise<void> => {
  if (redis.status === 'ready') return;
  const { promise, resolve, reject } = promiseWithResolvers();
  const timer = setTimeout(() => reject(unreachable(timeoutMs)), timeoutMs);
  redis.once('ready', resolve);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    redis.off('ready', resolve);
  }
};

const unreachable = (timeoutMs: number): QuailError =>
  new QuailError('REDIS_UNREACHABLE', `Redis did not answer within ${timeoutMs / 1_000} s`, { retryable: true });

/** What ioredis says of a connection that is gone or silent; none of it has a code. */
const lostConnection = /timed out|connection is closed|isn't writeable|max retries per request|ECONN|EPIPE/i;

/** A fault that tells which store is away, where that is what it was. */
export const toRedisFault = (error: unknown): unknown => {
  if (error instanceof QuailError || !(error instanceof Error) || !lostConnection.test(error.message)) return error;
  return new QuailError('REDIS_UNREACHABLE', `Redis does not answer: ${error.message}`, {
    retryable: true,
    cause: error,
  });
};

const promiseWithResolvers = () => {
  let resolve: () => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};

/** Bounds what BullMQ awaits without a limit of its own while Redis is away. */
export const withDeadline = async <Result>(work: Promise<Result>, timeoutMs = commandTimeoutMs): Promise<Result> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
};
