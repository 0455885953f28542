/**
 * Runs things when they fall due, so many at once and no more; what finds no room waits, in order. One timer for all; none
 * after `close`.
 */
import { type Due, openDueQueue } from './due-queue.js';

export interface DueRunner<Item> {
  /** How many wait. */
  readonly waiting: number;
  add(item: Item, dueAt: number): void;
  /** Drops what waits. */
  clear(): void;
  /** Drops what waits and takes nothing more; what is under way goes on. */
  close(): void;
}

export interface DueRunnerDeps<Item> {
  readonly now: () => number;
  readonly mostAtOnce: number;
  /** Never rejects. What returns nothing is done already and takes no room. */
  readonly run: (due: Due<Item>) => Promise<void> | undefined;
}

/** No timer is set for longer than it can be; it looks again then. */
const longestSleepMs = 3_600_000;

export const openDueRunner = <Item>({ now, mostAtOnce, run }: DueRunnerDeps<Item>): DueRunner<Item> => {
  const queue = openDueQueue<Item>();
  let underWay = 0;
  let isClosed = false;
  let alarm: NodeJS.Timeout | undefined;
  let alarmAt = Number.POSITIVE_INFINITY;

  const setAlarm = (): void => {
    const dueAt = queue.firstDueAt;
    if (isClosed || underWay >= mostAtOnce || dueAt >= alarmAt) return;
    clearTimeout(alarm);
    alarmAt = dueAt;
    alarm = setTimeout(runDue, Math.min(Math.max(0, dueAt - now()), longestSleepMs));
  };

  const runDue = (): void => {
    alarmAt = Number.POSITIVE_INFINITY;
    while (underWay < mostAtOnce) {
      const due = queue.takeDue(now());
      if (due === undefined) break;
      const running = run(due);
      if (running === undefined) continue;
      underWay += 1;
      void running.then(onEnd);
    }
    setAlarm();
  };

  const onEnd = (): void => {
    underWay -= 1;
    runDue();
  };

  return {
    get waiting() {
      return queue.size;
    },
    add: (item, dueAt) => {
      if (isClosed) return;
      queue.add(item, dueAt);
      setAlarm();
    },
    clear: () => queue.clear(),
    close: () => {
      isClosed = true;
      clearTimeout(alarm);
      queue.clear();
    },
  };
};
