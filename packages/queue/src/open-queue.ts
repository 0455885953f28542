/**
 * The producer's side of Redis: one BullMQ queue a lane, jobs that carry ids only. Redis is disposable, so nothing here
 * is the truth: a job that was lost is missed by the ledger and fed again, one that comes twice is refused there.
 */
import { type Dispatch, formatJobId, QuailError } from '@quailrunner/domain';
import { type Log, watchOutage } from '@quailrunner/telemetry';
import { Queue as BullQueue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connect, toRedisFault, waitUntilReady, withDeadline } from './connection.js';
import { countJobs, type JobCounts } from './count-jobs.js';
import { openGateState } from './gate/gate-state.js';
import { readForgotten, remember } from './memory.js';
import { keyPrefix, queueNameOf } from './names.js';
import { type Consumer, type ConsumerLimits, type HandleJob, openConsumer } from './open-consumer.js';

/** A run to feed; the task's name is what Bull Board shows. */
export interface QueuedRun extends Dispatch {
  readonly task: string;
  /** What it takes of the lane's rate; 1 unless given. */
  readonly segments?: number;
}

export interface Queue {
  /** Adds a job for each run. When it throws, any part of them may have been added. */
  addRuns(laneId: number, runs: readonly QueuedRun[]): Promise<void>;
  /** Those of `dispatches` that have no job which is still to be done. */
  missingJobs(laneId: number, dispatches: readonly Dispatch[]): Promise<Dispatch[]>;
  /** Given when Redis was flushed, replaced or restarted, so that jobs may be gone: what to `remember` once they are back. */
  readForgotten(): Promise<string | undefined>;
  remember(forgotten: string): Promise<void>;
  /** How many jobs wait in each lane, in the order of `laneIds`, in one round trip. */
  countWaiting(laneIds: readonly number[]): Promise<number[]>;
  /** How many jobs each lane has, by state, in the order of `laneIds`, in one round trip. */
  countJobs(laneIds: readonly number[]): Promise<JobCounts[]>;
  openConsumer(laneId: number, limits: ConsumerLimits, handle: HandleJob): Consumer;
  /** Throws when Redis does not answer within two seconds. */
  ping(): Promise<void>;
  /** What Redis tells of itself: the text of INFO. */
  readInfo(): Promise<string>;
  /** BullMQ's own queue, for Bull Board. */
  boardQueue(laneId: number): BullQueue;
  close(): Promise<void>;
}

/** Per call of BullMQ: larger ones block Redis for others. */
const bulkSize = 500;

/** BullMQ keeps 10,000 events a queue unless told; nobody reads them here. */
const eventsKept = 200;

/** BullMQ says good-bye to Redis; one that hangs is not waited for. */
const closeMs = 1_000;

export const openQueue = ({ redisUrl }: { redisUrl: string }, log: Log): Queue => {
  const outage = watchOutage('queue', log);
  const redis = connect(redisUrl, 'producer', outage);
  const queues = new Map<number, BullQueue>();
  const asked = {};

  const queueOf = (laneId: number): BullQueue => {
    const known = queues.get(laneId);
    if (known) return known;
    const queue = new BullQueue(queueNameOf(laneId), {
      connection: redis,
      prefix: keyPrefix,
      streams: { events: { maxLen: eventsKept } },
    });
    queue.on('error', () => {}); // The connection itself has reported it.
    queues.set(laneId, queue);
    return queue;
  };

  /** Redis that hangs breaks no connection: it is found out by who asks. */
  const ask = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      const result = await withRedis(redis, work);
      outage.back(asked);
      return result;
    } catch (fault) {
      if (isSilence(fault)) outage.lost(asked, fault);
      throw fault;
    }
  };

  return {
    addRuns: (laneId, runs) => ask(() => addInBulks(queueOf(laneId), runs)),
    missingJobs: (laneId, dispatches) => ask(() => findMissing(redis, queueOf(laneId), dispatches)),
    readForgotten: () => ask(() => readForgotten(redis)),
    remember: (forgotten) => ask(() => remember(redis, forgotten)),
    countWaiting: (laneIds) => ask(() => countWaiting(redis, laneIds)),
    countJobs: (laneIds) => ask(() => countJobs(redis, laneIds)),
    openConsumer: (laneId, limits, handle) => {
      const gateState = openGateState(redis, laneId);
      return openConsumer({ redisUrl, laneId, limits, handle, gateState }, { log, outage });
    },
    readInfo: () => ask(() => redis.info()),
    ping: () => ask(async () => void (await redis.ping())),
    boardQueue: queueOf,
    close: async () => {
      await Promise.allSettled([...queues.values()].map((queue) => withDeadline(queue.close(), closeMs)));
      redis.disconnect();
    },
  };
};

const withRedis = async <Result>(redis: Redis, work: () => Promise<Result>): Promise<Result> => {
  await waitUntilReady(redis, 2_000);
  try {
    return await withDeadline(work(), 10_000);
  } catch (error) {
    throw toRedisFault(error);
  }
};

const isSilence = (fault: unknown): boolean => fault instanceof QuailError && fault.code === 'REDIS_UNREACHABLE';

const addInBulks = async (queue: BullQueue, runs: readonly QueuedRun[]): Promise<void> => {
  for (let from = 0; from < runs.length; from += bulkSize) {
    const bulk = runs.slice(from, from + bulkSize);
    await queue.addBulk(bulk.map(jobOf));
  }
};

const jobOf = (run: QueuedRun) => ({
  name: run.task,
  data: run.segments === undefined || run.segments === 1 ? {} : { segments: run.segments },
  opts: { jobId: formatJobId(run) },
});

const findMissing = async (redis: Redis, queue: BullQueue, dispatches: readonly Dispatch[]): Promise<Dispatch[]> => {
  const pipeline = redis.pipeline();
  for (const dispatch of dispatches) pipeline.hmget(queue.toKey(formatJobId(dispatch)), 'timestamp', 'finishedOn');
  const answers = (await pipeline.exec()) ?? [];
  return dispatches.filter((_, index) => {
    const [error, fields] = answers[index] ?? [];
    if (error) throw error;
    const [addedAt, finishedAt] = fields as [string | null, string | null];
    return addedAt === null || finishedAt !== null;
  });
};

const countWaiting = async (redis: Redis, laneIds: readonly number[]): Promise<number[]> => {
  const pipeline = redis.pipeline();
  for (const laneId of laneIds) pipeline.llen(`${keyPrefix}:${queueNameOf(laneId)}:wait`);
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error) throw error;
    return Number(answer);
  });
};
