import { setTimeout as sleep } from 'node:timers/promises';
import { finalStates } from '@quailrunner/domain';
import { countRuns, type Ledger, type RunCount } from '@quailrunner/ledger';
import type { Expectation } from './expectation.js';
import type { Progress } from './progress.js';

const lookEveryMs = 200;

/** Waits until all that is expected has come to its end, or the time is over; the last counts. Throws when it is aborted. */
export const awaitSending = async (
  { ledger, expected }: { ledger: Ledger; expected: Expectation },
  { limitMs, signal }: { limitMs: number; signal: AbortSignal },
  progress: Progress,
): Promise<RunCount[]> => {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const counts = await countRuns(ledger);
    const done = countDone(counts);
    progress.show(done);
    const isDone = [...expected].every(([task, { length }]) => (done.get(task) ?? 0) >= length);
    if (isDone || Date.now() > deadline) return counts;
    await sleep(lookEveryMs, undefined, { signal });
  }
};

const countDone = (counts: readonly RunCount[]): Map<string, number> => {
  const done = new Map<string, number>();
  for (const { task, state, runs } of counts) {
    if (finalStates.includes(state)) done.set(task, (done.get(task) ?? 0) + runs);
  }
  return done;
};
