/** In which lanes a plan's messages would go, at which rate, behind how many others, and so how long it takes. */
import { type LaneKey, type LaneState, maskLaneKey, paceLaw } from '@quailrunner/domain';
import { type LaneProspect, type Ledger, readLaneProspects } from '@quailrunner/ledger';
import type { LaneOfEntity } from '../compile-task.js';
import { maxLanesPerTask } from '../too-many-lanes.js';

export interface LanePlan {
  /** As it may be shown. */
  readonly lane: string;
  readonly messages: number;
  readonly segments: number;
  /** Segments a second; absent: no limit. */
  readonly ratePerSecond?: number;
  /** Runs that wait there already. */
  readonly backlog: number;
  /** `open` where it isn't there yet. */
  readonly state: LaneState;
  readonly reason?: string;
  /** Until the last message has left, if the lane is open and each of the others takes one segment; absent: no limit. */
  readonly seconds?: number;
}

interface Filling extends LaneOfEntity {
  messages: number;
  segments: number;
}

/** One more than a task may have shows that there are too many. */
const mostLanes = maxLanesPerTask + 1;

export const openLaneTally = () => {
  const lanes = new Map<LaneKey, Filling>();
  return {
    add: (lane: LaneOfEntity, segments: number): void => {
      if (lanes.size >= mostLanes && !lanes.has(lane.key)) return;
      const filling = lanes.get(lane.key) ?? { ...lane, messages: 0, segments: 0 };
      filling.messages += 1;
      filling.segments += segments;
      lanes.set(lane.key, filling);
    },
    all: (): readonly Filling[] => [...lanes.values()],
  };
};

interface Task {
  readonly taskId?: number;
  readonly ratePerSecond?: number;
}

export const planLanes = async (lanes: readonly Filling[], task: Task, ledger: Ledger): Promise<LanePlan[]> => {
  const keys = lanes.map(({ key }) => key);
  const known = new Map((await readLaneProspects(ledger, keys, task.taskId)).map((lane) => [lane.key, lane]));
  return lanes
    .map((lane) => planLane(lane, task, known.get(lane.key)))
    .sort((one, other) => (other.seconds ?? 0) - (one.seconds ?? 0) || other.messages - one.messages);
};

const planLane = (
  { key, defaultRate, messages, segments }: Filling,
  task: Task,
  known: LaneProspect | undefined,
): LanePlan => {
  const rate = known?.setRate ?? leastOf(known?.othersRate, task.ratePerSecond) ?? defaultRate;
  const backlog = known?.backlog ?? 0;
  return {
    lane: maskLaneKey(key),
    messages,
    segments,
    backlog,
    state: known?.state ?? 'open',
    ...(known?.reason === undefined ? {} : { reason: known.reason }),
    ...(rate === undefined ? {} : { ratePerSecond: rate, seconds: ((backlog + segments) / rate) * paceLaw.spread }),
  };
};

const leastOf = (...rates: (number | undefined)[]): number | undefined => {
  const given = rates.filter((rate) => rate !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
};
