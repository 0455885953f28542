/** The two writes of the hot path, gathered: marks before POSTs and outcomes after them. */
import type { Dispatch } from '@quailrunner/domain';
import { type FinishedAttempt, finishAttempts } from './finish-attempts.js';
import { GroupCommit } from './group-commit.js';
import { LedgerFault } from './ledger-fault.js';
import { inside, type Ledger } from './open-ledger.js';
import { type Start, type StartedRun, startAttempts } from './start-attempts.js';

export interface Attempts {
  /** The run to send now, once that is committed; `undefined` when this job means nothing (any more). */
  start(dispatch: Dispatch): Promise<StartedRun | undefined>;
  /** True once it is committed; false when the run has moved on without it. */
  finish(attempt: FinishedAttempt): Promise<boolean>;
  /** Settles when all that was asked for so far is written. */
  drain(): Promise<void>;
}

/** `workerId` must be registered: the runs of a worker that nobody sees are given up. */
export const openAttempts = (ledger: Ledger, { workerId }: { workerId: string }): Attempts => {
  const starts = new GroupCommit<Dispatch, Start>({
    write: (dispatches) => startAttempts(ledger, workerId, dispatches),
    isOneItemsFault,
  });
  const finishes = new GroupCommit<FinishedAttempt, boolean>({
    write: (attempts) => finishAttempts(ledger, workerId, attempts),
    isOneItemsFault,
  });
  return {
    start: async (dispatch) => {
      const start = await starts.submit(dispatch);
      if (start.kind === 'started') return start.run;
      if (start.kind === 'recalled') {
        ledger[inside].log.emit('run.recalled', { runId: start.run.runId, laneId: start.run.laneId });
      }
      return undefined;
    },
    finish: async (attempt) => {
      try {
        return await finishes.submit(attempt);
      } catch (fault) {
        // Another attempt has this sid: the receiver numbers its messages oddly. The outcome stands without it.
        const { sid, ...withoutSid } = attempt;
        if (sid === undefined || !isOneItemsFault(fault)) throw fault;
        return finishes.submit(withoutSid);
      }
    },
    drain: async () => {
      await Promise.all([starts.drain(), finishes.drain()]);
    },
  };
};

const isOneItemsFault = (error: unknown): boolean =>
  error instanceof LedgerFault && error.code === 'LEDGER_VALUE_REFUSED';
