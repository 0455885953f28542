/**
 * The consumer's side of a lane: hands each job to the engine, at most `concurrency` at a time and at most
 * `ratePerSecond` over all processes. A job may come twice or late; the ledger decides whether it still means anything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatch, parseJobId } from '@quailrunner/domain';
import { describeFault, type Log, type Outage } from '@quailrunner/telemetry';
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
  readonly progress: () => Progress;
  /**
   * Takes no more jobs and settles when those in progress have ended, or at the deadline; how many have not. That their
   * ends reach Redis, which may be away, is waited for a second: what it doesn't hear of, the ledger knows.
   */
  close(deadlineMs: number): Promise<number>;
}

export interface Progress {
  /** Jobs in hand. */
  readonly inProgress: number;
  /** Jobs ever taken. */
  readonly taken: number;
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
const redisHearsWithinMs = 1_000;

const workerOptions = {
  prefix: keyPrefix,
  // Together, how long the jobs of a killed worker wait for another one. A job that comes twice by this is refused.
  lockDuration: 20_000,
  stalledInterval: 5_000,
  // Past this count BullMQ fails a job without running it. The ledger decides instead.
  maxStalledCount: 1_000_000,
  // How often an idle lane is looked at without being called: a frozen consumer may have swallowed the call.
  drainDelay: 10,
  removeOnComplete: { count: jobsKept },
  removeOnFail: { count: jobsKept },
} satisfies Partial<WorkerOptions>;

interface ConsumerDeps {
  readonly log: Log;
  readonly outage: Outage;
}

export const openConsumer = (options: ConsumerOptions, { log, outage }: ConsumerDeps): Consumer => {
  const { laneId, limits } = options;
  const redis = connect(options.redisUrl, 'consumer', outage);
  const hands = openHands();
  const process = async (job: Job, token?: string): Promise<string> => {
    const handle: HandleJob = (dispatch) => hands.hold(() => options.handle(dispatch));
    return handleJob(job, token, { ...options, handle, log });
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
    progress: hands.progress,
    close: async (deadlineMs) => {
      // BullMQ waits for Redis as long as Redis is away, even where there is nothing to finish.
      const isClosed = worker.close().catch(() => {});
      const isFree = hands.empty(() => (redis.status === 'ready' ? redisHearsWithinMs : 0));
      await withDeadline(Promise.race([isClosed, isFree]), deadlineMs).catch(() => {});
      redis.disconnect();
      return hands.progress().inProgress;
    },
  };
};

/** The jobs in hand, from the engine's view: what BullMQ still does with Redis after them is no work of ours. */
const openHands = () => {
  let inProgress = 0;
  let taken = 0;
  let onEmpty: () => void = () => {};
  return {
    progress: (): Progress => ({ inProgress, taken }),
    hold: async <Result>(work: () => Promise<Result>): Promise<Result> => {
      inProgress += 1;
      taken += 1;
      try {
        return await work();
      } finally {
        inProgress -= 1;
        if (inProgress === 0) onEmpty();
      }
    },
    /** Settles when nothing has been in hand for as long as `forMs` says at that moment. */
    empty: async (forMs: () => number): Promise<void> => {
      for (let before = Number.NaN; before !== taken || inProgress > 0; ) {
        if (inProgress > 0) {
          await new Promise<void>((resolve) => {
            onEmpty = resolve;
          });
        }
        before = taken;
        await sleep(forMs(), undefined, { ref: false });
      }
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
