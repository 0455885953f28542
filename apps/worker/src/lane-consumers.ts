/**
 * One consumer for each open lane that has jobs, and for some that have none just now: opened as lanes appear, closed when they
 * are paused, told when their rate changes, renewed when they take nothing although jobs wait.
 */
import { maskLaneKey } from '@quailrunner/domain';
import { type Ledger, type OpenLane, readOpenLanes } from '@quailrunner/ledger';
import type { Consumer, HandleJob, Queue } from '@quailrunner/queue';
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
  readonly deliver: HandleJob;
  /** In ms, and never set back; of the process unless a test has its own. */
  readonly clock?: () => number;
}

interface Consumed {
  lane: OpenLane;
  readonly consumer: Consumer;
  idleness?: Idleness;
}

/** Consumers that stay open with nothing to do: each costs a megabyte and two connections to Redis, and saves a second. */
const idleKept = 50;

export const openLaneConsumers = (
  { concurrency, closeMs }: { concurrency: number; closeMs: number },
  { ledger, queue, log, deliver, clock = () => performance.now() }: Deps,
): LaneConsumers => {
  const open = new Map<number, Consumed>();
  const closing = new Set<Promise<void>>();
  let isClosed = false;
  let left = 0;

  const openLane = (lane: OpenLane): void => {
    const limits = { ...lane, readAt: performance.now(), concurrency };
    open.set(lane.laneId, { lane, consumer: queue.openConsumer(lane.laneId, limits, deliver) });
  };

  /** Not awaited by the refresh: runs in progress may take as long as their time-outs, other lanes go on meanwhile. */
  const closeLane = ({ lane: { laneId }, consumer }: Consumed, onClosed: () => void = () => {}): void => {
    open.delete(laneId);
    const closed = consumer.close(closeMs).then((unfinished) => {
      closing.delete(closed);
      left += unfinished;
      onClosed();
    });
    closing.add(closed);
  };

  /** The lanes that had something to do last. */
  const moveToEnd = (laneId: number, consumed: Consumed): void => {
    open.delete(laneId);
    open.set(laneId, consumed);
  };

  const closeIdle = (): void => {
    for (const current of open.values()) {
      if (open.size <= idleKept) return;
      if (!current.lane.hasJobs && current.consumer.progress().inProgress === 0) stop(current);
    }
  };

  const stop = (current: Consumed): void =>
    closeLane(current, () => log.emit('lane.closed', { laneId: current.lane.laneId }));

  return {
    refresh: async () => {
      const lanes = await readOpenLanes(ledger);
      if (isClosed) return;
      const wanted = new Set(lanes.map(({ laneId }) => laneId));
      for (const [laneId, current] of open) if (!wanted.has(laneId)) stop(current);
      for (const lane of lanes) {
        const current = open.get(lane.laneId);
        if (current !== undefined) {
          current.lane = lane;
          current.consumer.setLimits({ ...lane, readAt: performance.now() });
          if (lane.hasJobs) moveToEnd(lane.laneId, current);
        } else if (lane.hasJobs || open.size < idleKept) {
          openLane(lane);
          log.emit('lane.opened', { laneId: lane.laneId, lane: maskLaneKey(lane.key) });
        }
      }
      closeIdle();
    },
    watch: async () => {
      const watched = [...open.values()];
      if (watched.length === 0) return;
      const counts = await queue.countWaiting(watched.map(({ lane }) => lane.laneId));
      if (isClosed) return;
      for (const [n, current] of watched.entries()) {
        const waiting = counts[n] ?? 0;
        const seen = { ...current.consumer.progress(), waiting, at: clock() };
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
