import { setTimeout as wait } from 'node:timers/promises';
import { QuailError } from '@quailrunner/domain';
import type { Attempts, FinishedAttempt } from '@quailrunner/ledger';
import { describeFault, type Log } from '@quailrunner/telemetry';

/**
 * Records the end of an attempt, however long the ledger is away: the answer is known and must not be forgotten. Its job
 * stays in progress meanwhile, so a worker without its ledger soon has no hands free to take more jobs. If the process
 * dies first, the run is found in `sending` and settled.
 */
export const finishSurely = async (
  attempt: FinishedAttempt,
  { attempts, log }: { attempts: Attempts; log: Log },
): Promise<void> => {
  for (let waitMs = 200; ; waitMs = Math.min(2_000, waitMs * 2)) {
    try {
      await attempts.finish(attempt);
      return;
    } catch (fault) {
      // What the ledger refuses now it refuses for ever: the sweep gives such a run up.
      if (fault instanceof QuailError && !fault.retryable) throw fault;
      log.emit('ledger.connection_lost', describeFault(fault));
      await wait(waitMs);
    }
  }
};
