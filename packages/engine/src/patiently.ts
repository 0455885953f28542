import { setTimeout as wait } from 'node:timers/promises';
import { QuailError } from '@quailrunner/domain';

/** Twilio waits for 15 s and does not come again: a ledger that restarts meanwhile must not cost us what it says. */
const patienceMs = 4_000;

/** Does something in the ledger as often as it takes, for a while. Throws what it threw last. */
export const patiently = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof QuailError && fault.retryable) || performance.now() > giveUpAt) throw fault;
      await wait(250);
    }
  }
};
