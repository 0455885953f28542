/** `quail lanes rate`. */
import { readLanes, setLaneRate } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatRate } from '../output/rate.js';
import { withLedger } from '../with-ledger.js';
import { refuseUnknown } from './lane-list.js';

/** Messages a second; `undefined`: what its tasks ask for, or what is usual. */
export const rateLane = (laneId: number, ratePerSecond: number | undefined, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    await refuseUnknown([laneId], ledger);
    await setLaneRate(ledger, laneId, ratePerSecond, readActor());
    const lane = (await readLanes(ledger)).find((each) => each.laneId === laneId);
    context.terminal.print(`Lane ${laneId} sends at ${formatRate(lane?.ratePerSecond)}.`);
  });
