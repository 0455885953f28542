/** A lane as the pages show it: how fast, what waits, until when, and what stops it. */
import { formatDuration, whyStopped } from '@quailrunner/domain';
import type { LaneStatus } from './open-status.js';
import { formatCount, formatRate } from './words.js';

export const presentLane = (lane: LaneStatus) => ({
  id: lane.laneId,
  name: lane.lane,
  state: lane.state,
  reason: whyStopped(lane),
  rate: lane.ratePerSecond === undefined ? 'no limit' : formatRate(lane.ratePerSecond),
  rateIsSet: lane.setRate !== undefined,
  pace: paceOf(lane),
  waiting: formatCount(lane.waiting),
  queued: formatCount(lane.queued),
  sending: formatCount(lane.sending),
  lasts: lastsOf(lane),
});

/** How fast it sends at present, where it was told to slow down. */
const paceOf = ({ backoffMs, pace }: LaneStatus): string | undefined =>
  backoffMs === undefined && pace !== undefined ? `now ${formatRate(pace)}` : undefined;

/** At least: a message of several segments takes as many turns. */
const lastsOf = ({ state, waiting, queued, sending, ratePerSecond, pace }: LaneStatus): string | undefined => {
  const speed = pace ?? ratePerSecond;
  const runs = waiting + queued + sending;
  if (state !== 'open' || speed === undefined || runs === 0) return undefined;
  return formatDuration((runs / speed) * 1_000);
};
