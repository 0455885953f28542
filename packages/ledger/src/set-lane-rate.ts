/** A person's rate for a lane: it holds over what its tasks ask for and what is usual. */
import type { Actor } from '@quailrunner/domain';
import { keepRates } from './keep-rates.js';
import type { Ledger } from './open-ledger.js';
import { inTransaction } from './query.js';
import { recordAct } from './record-act.js';

// Concurrency: locked until its rate is right.
const lockLane = `select set_rate as "ratePerSecond" from quailrunner.lanes where id = $1 for no key update`;

const setRate = `update quailrunner.lanes set set_rate = $2 where id = $1`;

/** Messages a second; `undefined` lets the others hold again. False when there is no such lane. */
export const setLaneRate = (
  ledger: Ledger,
  laneId: number,
  ratePerSecond: number | undefined,
  by: Actor,
): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    const [before] = await ask<{ ratePerSecond: number | null }>(lockLane, [laneId]);
    if (before === undefined) return false;
    const after = { ratePerSecond: ratePerSecond ?? null };
    if (before.ratePerSecond === after.ratePerSecond) return true;
    await ask(setRate, [laneId, ratePerSecond]);
    await keepRates(ask, [laneId]);
    const subject = { kind: 'lane', id: String(laneId) } as const;
    await recordAct(ask, { by, act: 'lane.rate_set', subject, before, after });
    return true;
  });
