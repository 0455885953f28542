/**
 * Sweep: finds the runs that a crash or an empty Redis left behind, and puts each back on its way without ever sending
 * anything itself. Any number of schedulers may sweep at once: every move is a compare-and-set.
 */
import type { Dispatch, Reach } from '@quailrunner/domain';
import { type Ledger, readStaleQueued, returnRuns, type StaleRun, sweepLostWorkers } from '@quailrunner/ledger';
import type { Queue } from '@quailrunner/queue';
import type { Log } from '@quailrunner/telemetry';

export interface SweepDeps {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly log: Log;
  /** How long a run that may have been sent waits before Twilio is asked for it. */
  readonly lookUpAfterMs: number;
  /** After how long without a sign of life a worker's runs are given up. */
  readonly workerLostAfterMs: number;
  readonly reach: Reach;
}

/** A feed takes less: a run without a job has lost it. */
const jobMissedAfterMs = 60_000;
const pageSize = 5_000;

export const sweepRuns = async (deps: SweepDeps): Promise<void> => {
  const lost = await sweepLostWorkers(deps.ledger, {
    olderThanMs: deps.workerLostAfterMs,
    lookUpAfterMs: deps.lookUpAfterMs,
  });
  deps.reach('workers.swept');
  const returned = await returnJobless(jobMissedAfterMs, deps);
  if (lost + returned > 0) deps.log.emit('sweep.finished', { lost, returned });
};

/** Redis is disposable: when it has forgotten what it knew, everything it should hold is fed again at once. */
export const recoverQueue = async (deps: SweepDeps): Promise<void> => {
  const forgotten = await deps.queue.readForgotten();
  if (forgotten === undefined) return;
  const returned = await returnJobless(0, deps);
  deps.reach('jobless.returned');
  // Last: whoever is stopped before this does it all again.
  await deps.queue.remember(forgotten);
  if (returned > 0) deps.log.emit('queue.forgotten', { returned });
};

/** Runs that were fed and have no job: Redis forgot it, or the scheduler died before it was added. */
const returnJobless = async (olderThanMs: number, { ledger, queue }: SweepDeps): Promise<number> => {
  let returned = 0;
  let afterRunId: string | undefined;
  do {
    const page = {
      olderThanMs,
      limit: pageSize,
      ...(afterRunId === undefined ? {} : { afterRunId }),
    };
    const stale = await readStaleQueued(ledger, page);
    for (const [laneId, dispatches] of byLane(stale)) {
      const missing = await queue.missingJobs(laneId, dispatches);
      if (missing.length > 0) returned += await returnRuns(ledger, missing);
    }
    afterRunId = stale.length === pageSize ? stale.at(-1)?.runId : undefined;
  } while (afterRunId !== undefined);
  return returned;
};

const byLane = (stale: readonly StaleRun[]): Map<number, Dispatch[]> => {
  const lanes = new Map<number, Dispatch[]>();
  for (const { laneId, ...dispatch } of stale) {
    const lane = lanes.get(laneId);
    if (lane) lane.push(dispatch);
    else lanes.set(laneId, [dispatch]);
  }
  return lanes;
};
