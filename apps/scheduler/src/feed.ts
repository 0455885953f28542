/** Feeds the lanes that have something due, side by side: one that takes long, or can't be fed, keeps no other waiting. */
import { feedLane } from '@quailrunner/engine';
import { readWaitingLanes } from '@quailrunner/ledger';
import { tellSparingly } from '@quailrunner/runtime';
import { describeFault } from '@quailrunner/telemetry';
import { type Opened, poll } from './opened.js';

const everyMs = 200;

export interface Feed {
  /** There is something new to feed. */
  wake(): void;
  close(): Promise<void>;
}

export const startFeed = (opened: Opened): Feed => {
  const { ledger, log } = opened;
  const feeding = new Map<number, Promise<unknown>>();
  const unfed = tellSparingly((fault, laneId: number) =>
    log.emit('lane.feed_failed', { laneId, ...describeFault(fault) }),
  );
  const feedLanes = async (): Promise<void> => {
    for (const lane of await readWaitingLanes(ledger)) {
      const { laneId } = lane;
      if (feeding.has(laneId)) continue;
      const fed = feedLane(lane, opened)
        .catch((fault) => unfed.tell(fault, laneId))
        .finally(() => feeding.delete(laneId));
      feeding.set(laneId, fed);
    }
  };
  const feed = poll('feed', everyMs, feedLanes, log);
  return {
    wake: feed.wake,
    close: async () => {
      await feed.close();
      await Promise.all(feeding.values());
    },
  };
};
