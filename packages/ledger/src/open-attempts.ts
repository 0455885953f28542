/** Attempts, as a worker asks for them: each waits for the commit of its own group. */
import type { Dispatch, Reach } from '@quailrunner/domain';
import type { FinishedAttempt } from './finish-attempts.js';
import { GroupCommit } from './group-commit.js';
import { isOneItemsFault } from './ledger-fault.js';
import { inside, type Ledger } from './open-ledger.js';
import { reclaimSids } from './reclaim-sids.js';
import type { StartedRun } from './start-attempts.js';
import { type AttemptWrite, type AttemptWritten, writeAttempts } from './write-attempts.js';

export interface Attempts {
  /** The run to send now, once that is committed; `undefined` when this job means nothing (any more). */
  start(dispatch: Dispatch): Promise<StartedRun | undefined>;
  /** True once it is committed; false when the run has moved on without it. */
  finish(attempt: FinishedAttempt): Promise<boolean>;
  /** Settles when all that was asked for so far is written. */
  drain(): Promise<void>;
}

/** `workerId` must be registered: the runs of a worker that nobody sees are given up. */
export const openAttempts = (
  ledger: Ledger,
  { workerId, reach = () => {} }: { workerId: string; reach?: Reach },
): Attempts => {
  const group = new GroupCommit<AttemptWrite, AttemptWritten>({
    write: (writes) => writeAttempts(ledger, workerId, writes),
    isOneItemsFault,
  });
  return {
    start: async (dispatch) => {
      const start = await group.submit({ kind: 'start', dispatch });
      if (start.kind === 'started') return start.run;
      if (start.kind === 'recalled') {
        ledger[inside].log.emit('run.recalled', { runId: start.run.runId, laneId: start.run.laneId });
      }
      return undefined;
    },
    finish: (attempt) => finish(attempt, { ledger, group, reach }),
    drain: () => group.drain(),
  };
};

interface FinishDeps {
  readonly ledger: Ledger;
  readonly group: GroupCommit<AttemptWrite, AttemptWritten>;
  readonly reach: Reach;
}

const finish = async (attempt: FinishedAttempt, deps: FinishDeps): Promise<boolean> => {
  const { ledger, group, reach } = deps;
  try {
    const written = await group.submit({ kind: 'finish', attempt });
    return written.kind === 'finished' && written.isRecorded;
  } catch (fault) {
    const { sid, ...withoutSid } = attempt;
    if (sid === undefined || !isOneItemsFault(fault)) throw fault;
    // Another attempt has this message. By a look-up's conclusion: ours is the answer itself.
    const { length } = await reclaimSids(ledger, [{ sid, runId: attempt.runId }]);
    if (length === 0) return finish(withoutSid, deps); // By its own answer: the receiver numbers its messages oddly.
    reach('sid.reclaimed');
    return finish(attempt, deps);
  }
};
