/** The calm after the storm: nothing is broken any more, and every run must come to its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.js';
import { areFinal, countRuns, type RunCounts, sumOf } from './runs.js';

export interface Drained {
  readonly seconds: number;
  readonly counts: RunCounts;
  /** Runs that a person has settled. */
  readonly byPerson: number;
}

interface DrainOptions {
  readonly entities: number;
  readonly limitMs: number;
  /** Asked when nothing but unknown runs is left and none of them has moved for a while. */
  readonly settleByHand?: () => Promise<number>;
}

/** A receipt may still be on its way. */
const patienceMs = 15_000;
const lookEveryMs = 250;

/** Ends at the limit, whatever the runs have come to. */
export const drain = async (house: House, options: DrainOptions, signal: AbortSignal): Promise<Drained> => {
  const beganAt = Date.now();
  let byPerson = 0;
  let last = '';
  let movedAt = Date.now();
  for (;;) {
    const counts = await countRuns(house);
    const seconds = (Date.now() - beganAt) / 1_000;
    if (areFinal(counts, options.entities) || seconds * 1_000 > options.limitMs) return { seconds, counts, byPerson };
    if (JSON.stringify(counts) !== last) movedAt = Date.now();
    last = JSON.stringify(counts);
    const isStuck = sumOf(counts, ['pending', 'queued', 'sending', 'retrying']) === 0;
    if (options.settleByHand && isStuck && Date.now() - movedAt > patienceMs) byPerson += await options.settleByHand();
    await sleep(lookEveryMs, undefined, { signal });
  }
};
