import { setTimeout as wait } from 'node:timers/promises';
import { QuailError } from '@quailrunner/domain';
import type { Attempts, FinishedAttempt } from '@quailrunner/ledger';
import { describeFault, type Log } from '@quailrunner/telemetry';

/**
 * Records the end of an attempt, however long the ledger is away: the answer is known and must not be forgotten. Its job
 * stays in progress meanwhile, so a worker without its ledger soon has no hands free to take more jobs. If the process
 * dies first, the run is found in `sending` and settled. False when the run has moved on without it.
 */
export const finishSurely = (
  attempt: FinishedAttempt,
  { attempts, log }: { attempts: Attempts; log: Log },
): Promise<boolean> => surely(() => attempts.finish(attempt), log);

/** Does something in the ledger as often as it takes. What the ledger refuses for its value it refuses for ever: throws that. */
export const surely = async <Result>(work: () => Promise<Result>, log: Log): Promise<Result> => {
  for (let waitMs = 200; ; waitMs = Math.min(2_000, waitMs * 2)) {
    try {
      return await work();
    } catch (fault) {
      if (fault instanceof QuailError && fault.code === 'LEDGER_VALUE_REFUSED') throw fault;
      // Once for each wait that begins, not for each try; an outage the ledger has told for all.
      const isOutage = fault instanceof QuailError && fault.code === 'LEDGER_UNREACHABLE';
      if (waitMs === 200 && !isOutage) log.emit('ledger.connection_lost', describeFault(fault));
      await wait(waitMs);
    }
  }
};
