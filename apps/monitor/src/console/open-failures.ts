/**
 * What failed of a task, by reason, for all who have its page open: with millions of failures a look takes a second, and each
 * page looks every two.
 */
import { type FailureGroup, groupFailures, type Ledger } from '@quailrunner/ledger';

/** Of the task of that name. */
export type ReadFailures = (task: string) => Promise<readonly FailureGroup[]>;

const freshMs = 1_000;
/** Share of the time that may go into it: one part in this many. */
const restFactor = 10;

export const openFailures = (ledger: Ledger): ReadFailures => {
  const looks = new Map<string, Promise<readonly FailureGroup[]>>();
  return (task) => {
    const known = looks.get(task);
    if (known !== undefined) return known;
    const began = Date.now();
    const looking = groupFailures(ledger, task);
    looks.set(task, looking);
    const forget = (): void => void looks.delete(task);
    looking.then(() => setTimeout(forget, Math.max(freshMs, (Date.now() - began) * restFactor)).unref(), forget);
    return looking;
  };
};
