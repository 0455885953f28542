/**
 * One consumer for each open lane: opened as lanes appear, closed when they are paused, renewed when their rate changes or
 * when they take nothing although jobs wait.
 */
import { type Dispatch, maskLaneKey } from '@quailrunner/domain';
import { type LaneRow, type Ledger, readLanes } from '@quailrunner/ledger';
import type { Consumer, ConsumerLimits, JobResult, Queue } from '@quailrunner/queue';
import type { Log } from '@quailrunner/telemetry';
import { type Idleness, isStuck, lookAt } from './idleness.js';

export interface LaneConsumers {
  /** Holds the consumers to the lanes as the ledger has them now. */
  refresh(): Promise<void>;
  /** Reopens consumers that have taken nothing for half a minute although jobs wait: asks Redis once for all lanes. */
  watch(): Promise<void>;
  /** Takes no more jobs and settles when those in progress have ended, or at the deadline; how many have not. */
  close(): Promise<number>;
}

interface Deps {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly log: Log;
  readonly deliver: (dispatch: Dispatch) => Promise<JobResult>;
  /** In ms, and never set back; of the process unless a test has its own. */
  readonly clock?: () => number;
}

interface OpenLane {
  readonly lane: LaneRow;
  readonly consumer: Consumer;
  idleness?: Idleness;
}

export const openLaneConsumers = (
  { concurrency, closeMs }: { concurrency: number; closeMs: number },
  { ledger, queue, log, deliver, clock = () => performance.now() }: Deps,
): LaneConsumers => {
  const open = new Map<number, OpenLane>();
  const closing = new Set<Promise<void>>();
  let isClosed = false;
  let left = 0;

  const openLane = (lane: LaneRow): void => {
    const { laneId, ratePerSecond } = lane;
    const limits: ConsumerLimits = { concurrency, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) };
    open.set(laneId, { lane, consumer: queue.openConsumer(laneId, limits, deliver) });
  };

  /** Not awaited by the refresh: runs in progress may take as long as their time-outs, other lanes go on meanwhile. */
  const closeLane = ({ lane: { laneId }, consumer }: OpenLane, onClosed: () => void = () => {}): void => {
    open.delete(laneId);
    const closed = consumer.close(closeMs).then((unfinished) => {
      closing.delete(closed);
      left += unfinished;
      onClosed();
    });
    closing.add(closed);
  };

  const stop = (current: OpenLane): void =>
    closeLane(current, () => log.emit('lane.closed', { laneId: current.lane.laneId }));

  return {
    refresh: async () => {
      const lanes = (await readLanes(ledger)).filter((lane) => lane.state === 'open');
      if (isClosed) return;
      const wanted = new Map(lanes.map((lane) => [lane.laneId, lane]));
      for (const [laneId, current] of open) {
        if (wanted.get(laneId)?.ratePerSecond !== current.lane.ratePerSecond || !wanted.has(laneId)) stop(current);
      }
      for (const [laneId, lane] of wanted) {
        if (open.has(laneId)) continue;
        openLane(lane);
        log.emit('lane.opened', { laneId, lane: maskLaneKey(lane.key) });
      }
    },
    watch: async () => {
      const watched = [...open.values()];
      if (watched.length === 0) return;
      const backlogs = await queue.readBacklogs(watched.map(({ lane }) => lane.laneId));
      if (isClosed) return;
      for (const [n, current] of watched.entries()) {
        const { waiting = 0, isLimited = false } = backlogs[n] ?? {};
        const seen = { ...current.consumer.progress(), waiting, isLimited, at: clock() };
        current.idleness = lookAt(seen, current.idleness);
        if (!isStuck(current.idleness) || open.get(current.lane.laneId) !== current) continue;
        closeLane(current);
        openLane(current.lane);
        log.emit('lane.reopened', { laneId: current.lane.laneId, waiting });
      }
    },
    close: async () => {
      isClosed = true;
      for (const current of open.values()) stop(current);
      await Promise.all(closing);
      return left;
    },
  };
};
