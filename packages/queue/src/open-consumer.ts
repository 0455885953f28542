/**
 * The consumer's side of a lane: hands each job to the engine, at most `concurrency` at a time and at most
 * `ratePerSecond` over all processes. A job may come twice or late; the ledger decides whether it still means anything.
 */
import { type Dispatch, parseJobId } from '@quailrunner/domain';
import { describeFault, type Log } from '@quailrunner/telemetry';
import {
  DelayedError,
  type Job,
  type RateLimiterOptions,
  UnrecoverableError,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { connect, withDeadline } from './connection.js';
import { keyPrefix, queueNameOf } from './names.js';

export interface ConsumerLimits {
  /** Jobs in progress at a time in this process. */
  readonly concurrency: number;
  /** Absent: no limit. */
  readonly ratePerSecond?: number;
}

/** What a job came to, for Bull Board: a state of the run, and why where it failed. Without personal data. */
export interface JobResult {
  readonly state: string;
  readonly failure?: string;
}

/** Throws when the job could not be handled at all (the ledger is away): it comes again in a second. */
export type HandleJob = (dispatch: Dispatch) => Promise<JobResult>;

export interface Consumer {
  /** Takes no more jobs and settles when those in progress have ended, or at the deadline. */
  close(deadlineMs: number): Promise<void>;
}

interface ConsumerOptions {
  readonly redisUrl: string;
  readonly laneId: number;
  readonly limits: ConsumerLimits;
  readonly handle: HandleJob;
}

/** Ended jobs that Bull Board still shows, for each lane and way to end. */
const jobsKept = 200;
const postponeMs = 1_000;

const workerOptions = {
  prefix: keyPrefix,
  // Together, how long the jobs of a killed worker wait for another one. A job that comes twice by this is refused.
  lockDuration: 20_000,
  stalledInterval: 5_000,
  // Past this count BullMQ fails a job without running it. The ledger decides instead.
  maxStalledCount: 1_000_000,
  drainDelay: 30,
  removeOnComplete: { count: jobsKept },
  removeOnFail: { count: jobsKept },
} satisfies Partial<WorkerOptions>;

export const openConsumer = (options: ConsumerOptions, log: Log): Consumer => {
  const { laneId, limits } = options;
  const redis = connect(options.redisUrl, 'consumer', log);
  let inProgress = 0;
  const process = async (job: Job, token?: string): Promise<string> => {
    inProgress += 1;
    try {
      return await handleJob(job, token, { ...options, log });
    } finally {
      inProgress -= 1;
    }
  };
  const worker = new Worker(queueNameOf(laneId), process, {
    ...workerOptions,
    connection: redis,
    concurrency: limits.concurrency,
    ...(limits.ratePerSecond === undefined ? {} : { limiter: pace(limits.ratePerSecond) }),
  });
  worker.on('error', (error) => {
    // While Redis is away every try to reconnect ends up here; the connection has said so once.
    if (redis.status === 'ready') log.emit('job.failed', { laneId, jobId: '', ...describeFault(error) });
  });
  return {
    close: async (deadlineMs) => {
      // worker.close() waits for Redis as long as Redis is away, even where there is nothing to finish.
      const isIdle = inProgress === 0 && redis.status !== 'ready';
      const closed = withDeadline(worker.close(isIdle), isIdle ? 0 : deadlineMs);
      await closed.catch(() => {});
      redis.disconnect();
    },
  };
};

const handleJob = async (
  job: Job,
  token: string | undefined,
  { handle, laneId, log }: ConsumerOptions & { log: Log },
): Promise<string> => {
  const dispatch = job.id === undefined ? undefined : parseJobId(job.id);
  if (!dispatch) throw new UnrecoverableError('not a job of ours');
  let result: JobResult;
  try {
    result = await handle(dispatch);
  } catch (error) {
    log.emit('job.failed', { laneId, jobId: job.id ?? '', ...describeFault(error) });
    await job.moveToDelayed(Date.now() + postponeMs, token);
    throw new DelayedError();
  }
  if (result.failure !== undefined) throw new UnrecoverableError(result.failure);
  return result.state;
};

/**
 * BullMQ's limiter is a fixed window which the first job opens, so twice the rate can pass around a window's edge. One
 * job a window paces evenly; above 100 a second windows get too short for that and hold 100 ms' worth instead.
 */
const pace = (ratePerSecond: number): RateLimiterOptions =>
  ratePerSecond <= 100
    ? { max: 1, duration: Math.ceil(1_000 / ratePerSecond) }
    : { max: Math.floor(ratePerSecond / 10), duration: 100 };
