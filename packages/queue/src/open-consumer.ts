/**
 * The consumer's side of a lane: hands each job to the engine when the lane's gate lets it, at most `concurrency` at a time. A
 * job may come twice or late; the ledger decides whether it still means anything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Dispatch, parseJobId } from '@quailrunner/domain';
import { describeFault, type Log, type Outage } from '@quailrunner/telemetry';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker, type WorkerOptions } from 'bullmq';
import { connect, withDeadline } from './connection.js';
import { Gate, GateClosed } from './gate/gate.js';
import type { GateState, LaneLimits } from './gate/gate-state.js';
import type { Permit } from './gate/permit.js';
import { keyPrefix, queueNameOf } from './names.js';

export interface ConsumerLimits extends LaneLimits {
  /** Jobs in progress at a time in this process. */
  readonly concurrency: number;
}

/** What a job came to, for Bull Board: a state of the run, and why where it failed. Without personal data. */
export interface JobResult {
  readonly state: string;
  readonly failure?: string;
}

/**
 * Ends the permit: `giveBack` or `tell`. Throws when the job could not be handled at all (the ledger is away): it comes again
 * in a second.
 */
export type HandleJob = (dispatch: Dispatch, permit: Permit) => Promise<JobResult>;

export interface Consumer {
  setLimits(limits: LaneLimits): void;
  readonly progress: () => Progress;
  /**
   * Takes no more jobs and settles when those in progress have ended, or at the deadline; how many have not. That their
   * ends reach Redis, which may be away, is waited for a second: what it doesn't hear of, the ledger knows.
   */
  close(deadlineMs: number): Promise<number>;
}

export interface Progress {
  /** Jobs in hand, those that wait for the lane's turn among them. */
  readonly inProgress: number;
  /** Jobs ever taken. */
  readonly taken: number;
}

interface ConsumerOptions {
  readonly redisUrl: string;
  readonly laneId: number;
  readonly limits: ConsumerLimits;
  readonly handle: HandleJob;
  readonly gateState: GateState;
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
  const gate = new Gate(options.gateState, limits);
  const process = async (job: Job, token?: string): Promise<string> => {
    const handle: HandleJob = (dispatch, permit) => hands.hold(() => options.handle(dispatch, permit));
    return handleJob(job, token, { laneId, gate, handle, log });
  };
  const worker = new Worker(queueNameOf(laneId), process, {
    ...workerOptions,
    connection: redis,
    concurrency: handsFor(limits, limits),
  });
  worker.on('error', (error) => {
    // While Redis is away every try to reconnect ends up here; the connection has said so once.
    if (redis.status === 'ready') log.emit('job.failed', { laneId, jobId: '', ...describeFault(error) });
  });
  return {
    setLimits: (next) => {
      worker.concurrency = handsFor(next, limits);
      gate.setLimits(next);
    },
    progress: () => {
      const { inProgress, taken } = hands.progress();
      return { inProgress: inProgress + gate.waiting, taken };
    },
    close: async (deadlineMs) => {
      gate.close();
      // BullMQ waits for Redis as long as Redis is away, even where there is nothing to finish.
      const isClosed = worker.close().catch(() => {});
      const isFree = hands.empty(() => (redis.status === 'ready' ? redisHearsWithinMs : 0));
      await withDeadline(Promise.race([isClosed, isFree]), deadlineMs).catch(() => {});
      redis.disconnect();
      return hands.progress().inProgress;
    },
  };
};

/** A slow lane's jobs would only wait in our hands: so many as are on their way at once when each takes a quarter of a minute. */
const handsFor = ({ ratePerSecond }: LaneLimits, { concurrency }: ConsumerLimits): number =>
  ratePerSecond === undefined ? concurrency : Math.min(concurrency, Math.ceil(ratePerSecond * 15) + 4);

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

interface JobDeps {
  readonly laneId: number;
  readonly gate: Gate;
  readonly handle: HandleJob;
  readonly log: Log;
}

const handleJob = async (job: Job, token: string | undefined, deps: JobDeps): Promise<string> => {
  const dispatch = job.id === undefined ? undefined : parseJobId(job.id);
  if (!dispatch) throw new UnrecoverableError('not a job of ours');
  const permit = await enter(job, token, deps.gate);
  let result: JobResult;
  try {
    result = await deps.handle(dispatch, permit);
  } catch (error) {
    permit.giveBack();
    deps.log.emit('job.failed', { laneId: deps.laneId, jobId: job.id ?? '', ...describeFault(error) });
    await job.moveToDelayed(Date.now() + postponeMs, token);
    throw new DelayedError();
  }
  void permit.tell({ kind: 'unclear' }); // Who has said nothing knows nothing; anybody else has been heard.
  if (result.failure !== undefined) throw new UnrecoverableError(result.failure);
  return result.state;
};

/** A job whose turn has not come when the consumer closes is there for others at once. */
const enter = async (job: Job, token: string | undefined, gate: Gate): Promise<Permit> => {
  try {
    return await gate.enter(segmentsOf(job));
  } catch (fault) {
    if (!(fault instanceof GateClosed)) throw fault;
    await job.moveToWait(token);
    throw new WaitingError();
  }
};

/** What the feed counted; one where it said nothing. */
const segmentsOf = ({ data }: Job<{ segments?: unknown } | undefined>): number =>
  typeof data?.segments === 'number' && data.segments >= 1 ? data.segments : 1;
