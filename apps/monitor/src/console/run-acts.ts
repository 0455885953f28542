/** What a person or a program may do with one run: which it must be for that, and what is done. */
import { type Actor, isAllowedMove, type RunState } from '@quailrunner/domain';
import { cancelRuns, type Ledger, resolveRuns, retryRuns } from '@quailrunner/ledger';

export interface RunAct {
  /** Why not, where it is in another state. */
  readonly needed: string;
  readonly may: (state: RunState) => boolean;
  /** Whether it found the run as it must be; otherwise nothing was changed. */
  readonly act: (runId: string, by: Actor, ledger: Ledger) => Promise<boolean>;
}

export const retry: RunAct = {
  needed: 'only a failed run can be retried',
  may: (state) => state === 'failed',
  act: async (runId, by, ledger) => (await retryRuns(ledger, { runIds: [runId], by })) > 0,
};

export const cancel: RunAct = {
  needed: 'only a run that waits can be canceled',
  may: (state) => isAllowedMove(state, 'canceled'),
  act: async (runId, by, ledger) => (await cancelRuns(ledger, [runId], by)).canceled.length > 0,
};

export const resolve = (wasSent: boolean): RunAct => ({
  needed: 'only an unknown run can be resolved',
  may: (state) => state === 'unknown',
  act: async (runId, by, ledger) => (await resolveRuns(ledger, [runId], { wasSent, by })).length > 0,
});
