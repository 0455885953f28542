/** One consumer for each open lane: opened as lanes appear, closed when they are paused, renewed when their rate changes. */
import { type Dispatch, maskLaneKey } from '@quailrunner/domain';
import { type LaneRow, type Ledger, readLanes } from '@quailrunner/ledger';
import type { Consumer, ConsumerLimits, JobResult, Queue } from '@quailrunner/queue';
import type { Log } from '@quailrunner/telemetry';

export interface LaneConsumers {
  /** Holds the consumers to the lanes as the ledger has them now. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

interface Deps {
  readonly ledger: Ledger;
  readonly queue: Queue;
  readonly log: Log;
  readonly deliver: (dispatch: Dispatch) => Promise<JobResult>;
}

interface OpenLane {
  readonly consumer: Consumer;
  readonly ratePerSecond: number | undefined;
}

export const openLaneConsumers = (
  { concurrency, closeMs }: { concurrency: number; closeMs: number },
  { ledger, queue, log, deliver }: Deps,
): LaneConsumers => {
  const open = new Map<number, OpenLane>();
  const closing = new Set<Promise<void>>();

  const openLane = ({ laneId, key, ratePerSecond }: LaneRow): void => {
    const limits: ConsumerLimits = { concurrency, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) };
    open.set(laneId, { consumer: queue.openConsumer(laneId, limits, deliver), ratePerSecond });
    log.emit('lane.opened', { laneId, lane: maskLaneKey(key) });
  };

  /** Not awaited by the refresh: runs in progress may take as long as their time-outs, other lanes go on meanwhile. */
  const closeLane = (laneId: number, { consumer }: OpenLane): void => {
    open.delete(laneId);
    const closed = consumer.close(closeMs).finally(() => {
      closing.delete(closed);
      log.emit('lane.closed', { laneId });
    });
    closing.add(closed);
  };

  return {
    refresh: async () => {
      const lanes = (await readLanes(ledger)).filter((lane) => lane.state === 'open');
      const wanted = new Map(lanes.map((lane) => [lane.laneId, lane]));
      for (const [laneId, current] of open) {
        const lane = wanted.get(laneId);
        if (lane === undefined || lane.ratePerSecond !== current.ratePerSecond) closeLane(laneId, current);
      }
      for (const [laneId, lane] of wanted) if (!open.has(laneId)) openLane(lane);
    },
    close: async () => {
      for (const [laneId, current] of open) closeLane(laneId, current);
      await Promise.all(closing);
    },
  };
};
