/** Which lanes there are and how many jobs they have, asked once for all who look, however often they do. */
import { readLanes } from '@quailrunner/ledger';
import { awayAfter, type CheckStores, type Stores } from '../stores.js';
import { LaneAdapter } from './lane-adapter.js';

interface Deps extends Stores {
  readonly checkStores: CheckStores;
}

/** How long a look is good for. */
const freshMs = 1_000;

/** Looks, unless it has just been done, and `show`s the lanes when they are others than before. */
export const watchLanes = (
  { ledger, queue, checkStores }: Deps,
  show: (lanes: LaneAdapter[]) => void,
): (() => Promise<void>) => {
  let known = new Map<number, LaneAdapter>();
  let freshUntil = 0;
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    const lanes = await readLanes(ledger);
    const counts = await queue.countJobs(lanes.map(({ laneId }) => laneId));
    const shown = new Map(lanes.map((lane) => [lane.laneId, known.get(lane.laneId) ?? new LaneAdapter(lane, queue)]));
    for (const [index, lane] of lanes.entries()) shown.get(lane.laneId)?.heed(lane, counts[index] ?? {});
    const areOthers = shown.size !== known.size || [...shown.keys()].some((laneId) => !known.has(laneId));
    if (areOthers) show([...shown.values()]);
    known = shown;
    freshUntil = Date.now() + freshMs;
  };

  return async () => {
    // BullMQ waits for Redis without a limit, so Redis is asked first.
    if ((await checkStores()).redis === 'away') awayAfter('REDIS', 1_000)();
    if (Date.now() < freshUntil) return;
    looking ??= look().finally(() => {
      looking = undefined;
    });
    await looking;
  };
};
