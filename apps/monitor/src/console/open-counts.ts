/**
 * How many runs there are, by task and state, for all who look. Counting ten million takes seconds: it is done once for
 * everybody, the longer it takes the more rarely, and nobody waits for it who can be shown what was counted before.
 */
import { countRuns, type Ledger, type RunCount } from '@quailrunner/ledger';
import { withDeadline } from '../deadline.js';
import { oneAtATime } from '../one-at-a-time.js';

export interface Counts {
  readonly counts: readonly RunCount[];
  readonly at: Date;
}

export type ReadCounts = () => Promise<Counts>;

const freshMs = 1_000;
/** Share of the time that may go into counting: one part in this many. */
const restFactor = 10;
/** Small ledgers are counted within it, and so always shown as they are. */
const patienceMs = 100;

export const openCounts = (ledger: Ledger): ReadCounts => {
  let latest: Counts | undefined;
  let freshUntil = 0;

  const count = oneAtATime(async (): Promise<Counts> => {
    const at = new Date();
    const counts = await countRuns(ledger);
    latest = { counts, at };
    freshUntil = Date.now() + Math.max(freshMs, (Date.now() - at.getTime()) * restFactor);
    return latest;
  });

  return async () => {
    if (latest !== undefined && Date.now() < freshUntil) return latest;
    const counting = count();
    if (latest === undefined) return counting;
    const shown = latest;
    return withDeadline(counting, patienceMs, () => shown);
  };
};
