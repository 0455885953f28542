/** The storm: faults at random times, drawn before it begins, so that a seed brings the same ones at the same times. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openSeededRandom, type SeededRandom } from '../support/seeded-random.js';
import { type Fault, seconds } from './fault.js';
import type { House } from './house.js';
import { processFaults } from './process-faults.js';
import { sandboxFaults } from './sandbox-faults.js';
import { storeFaults } from './store-faults.js';

const faults: readonly Fault[] = [...processFaults, ...storeFaults, ...sandboxFaults];

export interface PlannedFault {
  readonly atMs: number;
  readonly fault: Fault;
  /** Draws whom it happens to and for how long. */
  readonly seed: number;
}

const meanGapMs = 1_500;
const mostSeed = 2 ** 32 - 1;

export const planStorm = (seed: number, lengthMs: number): PlannedFault[] => {
  const random = openSeededRandom(seed);
  // Twilio is never quite well.
  const planned = sandboxFaults.map((fault): PlannedFault => ({ atMs: 0, fault, seed: random.whole(0, mostSeed) }));
  for (let atMs = gap(random); atMs < lengthMs; atMs += gap(random)) {
    planned.push({ atMs, fault: draw(random), seed: random.whole(0, mostSeed) });
  }
  return planned;
};

/** Exponential: most follow each other quickly, some are long in coming. */
const gap = (random: SeededRandom): number => -Math.log(1 - random.next()) * meanGapMs;

const weightOfAll = faults.reduce((sum, { weight }) => sum + weight, 0);

const draw = (random: SeededRandom): Fault => {
  let place = random.next() * weightOfAll;
  for (const fault of faults) {
    place -= fault.weight;
    if (place < 0) return fault;
  }
  return faults[0] as Fault;
};

/** Plays the plan and awaits the end of all that is still going on. Gives how often each kind happened. */
export const playStorm = async (
  house: House,
  planned: readonly PlannedFault[],
  { tell, signal }: { tell: (line: string) => void; signal: AbortSignal },
): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  const busy = new Set<Fault['to']>();
  const playing: Promise<void>[] = [];
  const beganAt = Date.now();
  for (const { atMs, fault, seed } of planned) {
    await sleep(Math.max(0, beganAt + atMs - Date.now()), undefined, { signal });
    if (busy.has(fault.to)) continue;
    const played = fault.play(house, openSeededRandom(seed));
    if (played === undefined) continue;
    tell(`${seconds(atMs).padStart(8)}  ${fault.kind}${played.what === '' ? '' : `: ${played.what}`}`);
    counts[fault.kind] = (counts[fault.kind] ?? 0) + 1;
    if (fault.to !== 'processes') busy.add(fault.to);
    playing.push(played.over.finally(() => busy.delete(fault.to)));
    playing.at(-1)?.catch(() => {}); // Awaited below.
  }
  await Promise.all(playing);
  return counts;
};
