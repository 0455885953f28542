/**
 * Recheck, once more: claim → **feed** → render. In a slow lane a job may wait in Redis for a minute. What the feed has asked is
 * asked again every few seconds, so that nobody gets a message who has left or opted out since; the job of a run that is skipped
 * meanwhile means nothing any more.
 */
import { type QueuedLane, readQueued, readQueuedLanes, returnRuns } from '@quailrunner/ledger';
import { describeFault } from '@quailrunner/telemetry';
import { type AddressDeps, addressRuns } from './address-runs.js';
import { type RecheckDeps, recheckRuns } from './recheck-runs.js';

export interface QueuedDeps extends RecheckDeps, AddressDeps {}

/** A lane that is not slow has sent them by then. */
const olderThanMs = 8_000;

export const recheckQueued = async (deps: QueuedDeps): Promise<void> => {
  for (const lane of await readQueuedLanes(deps.ledger, olderThanMs)) await recheckLane(lane, deps);
};

/** One that can't be asked about waits to be fed again, and keeps no other lane from being asked about. */
const recheckLane = async (lane: QueuedLane, deps: QueuedDeps): Promise<void> => {
  const { laneId } = lane;
  const runs = await recheckRuns(await readQueued(deps.ledger, laneId, olderThanMs), deps);
  try {
    await addressRuns(runs, lane, deps);
  } catch (fault) {
    await returnRuns(deps.ledger, runs);
    deps.log.emit('lane.recheck_failed', { laneId, runs: runs.length, ...describeFault(fault) });
  }
};
