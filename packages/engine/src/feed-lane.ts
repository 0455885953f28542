/**
 * Feed: claim → **feed** → render. Moves the next due runs of a lane from the ledger into Redis, so that Redis holds about
 * the next minute's worth and no more: a flush of Redis is cheap and a pause is immediate.
 *
 * The ledger's move is committed before the predicate is asked again and the jobs are added. A crash in between leaves runs
 * `queued` without a job; the sweep finds and returns them.
 */
import type { Reach } from '@quailrunner/domain';
import { feedRuns, returnRuns } from '@quailrunner/ledger';
import type { Queue } from '@quailrunner/queue';
import { type AddressDeps, addressRuns, type FedLane } from './address-runs.js';
import { type RecheckDeps, recheckRuns } from './recheck-runs.js';

export interface FeedDeps extends RecheckDeps, AddressDeps {
  readonly queue: Queue;
  readonly reach: Reach;
}

export interface FeedableLane extends FedLane {
  readonly ratePerSecond?: number;
}

const fewestJobs = 200;
const mostJobs = 10_000;

/** Jobs a lane may hold in Redis: a minute's worth at its rate. */
const highWaterOf = (ratePerSecond: number | undefined): number =>
  ratePerSecond === undefined ? mostJobs : Math.min(mostJobs, Math.max(fewestJobs, Math.ceil(ratePerSecond * 60)));

/** Returns how many runs got a job: 0 while the lane has enough, has nothing due, or is being fed by another scheduler. */
export const feedLane = async (lane: FeedableLane, deps: FeedDeps): Promise<number> => {
  const { laneId, ratePerSecond } = lane;
  const fed = await feedRuns(deps.ledger, { laneId, highWater: highWaterOf(ratePerSecond) });
  if (fed.length === 0) return 0;
  deps.reach('runs.fed');
  const wanted = await recheckRuns(fed, deps);
  deps.reach('runs.rechecked');
  try {
    const runs = await addressRuns(wanted, lane, deps);
    await deps.queue.addRuns(laneId, runs);
    deps.reach('jobs.added');
    deps.log.emit('lane.fed', { laneId, runs: runs.length });
    return runs.length;
  } catch (fault) {
    // Some jobs may have been added all the same: the dispatch number of the next feed makes them void.
    await returnRuns(deps.ledger, wanted);
    throw fault;
  }
};
