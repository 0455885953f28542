/** A person's rate for a lane: it holds over what its tasks ask for and what is usual. */
import { keepRates } from './keep-rates.js';
import type { Ledger } from './open-ledger.js';
import { inTransaction } from './query.js';

const setRate = `update quailrunner.lanes set set_rate = $2 where id = $1 returning id`;

/** Messages a second; `undefined` lets the others hold again. False when there is no such lane. */
export const setLaneRate = (ledger: Ledger, laneId: number, ratePerSecond: number | undefined): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    const found = await ask(setRate, [laneId, ratePerSecond]);
    await keepRates(ask, [laneId]);
    return found.length > 0;
  });
