/** Attempts, as a worker asks for them: each waits for the commit of its own group. */
import type { Dispatch, Reach } from '@quailrunner/domain';
import type { FinishedAttempt } from './finish-attempts.js';
import { GroupCommit } from './group-commit.js';
import { isOneItemsFault } from './ledger-fault.js';
import { inside, type Ledger } from './open-ledger.js';
import { askAlone, query } from './query.js';
import { reclaimSids } from './reclaim-sids.js';
import type { StartedRun } from './start-attempts.js';
import { type AttemptWrite, type AttemptWritten, keyOf, writeAttempts } from './write-attempts.js';
import { writeProofs } from './write-proofs.js';

export interface Attempts {
  /**
   * The run to send now, once that is committed; `undefined` when this job means nothing (any more), or is in this process'
   * hands already. After a fault nobody knows whether it was committed: `finish` it as undone before it is started again.
   */
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
  // Redis may give out a job anew that it believes to be stalled: a second start that fails must not undo the first.
  const begun = new Set<string>();
  return {
    start: async (dispatch) => {
      const key = keyOf(dispatch);
      if (begun.has(key)) return undefined;
      begun.add(key);
      const start = await group.submit({ kind: 'start', dispatch });
      if (start.kind === 'started') return start.run;
      begun.delete(key);
      if (start.kind === 'recalled') {
        ledger[inside].log.emit('run.recalled', { runId: start.run.runId, laneId: start.run.laneId });
      }
      return undefined;
    },
    finish: async (attempt) => {
      const isRecorded = await finish(attempt, { ledger, workerId, group, reach });
      begun.delete(keyOf(attempt));
      return isRecorded;
    },
    drain: () => group.drain(),
  };
};

interface FinishDeps {
  readonly ledger: Ledger;
  readonly workerId: string;
  readonly group: GroupCommit<AttemptWrite, AttemptWritten>;
  readonly reach: Reach;
}

const finish = async (attempt: FinishedAttempt, deps: FinishDeps): Promise<boolean> => {
  const { ledger, group, reach } = deps;
  try {
    const written = await group.submit({ kind: 'finish', attempt });
    if (written.kind === 'finished' && written.isRecorded) return true;
    return attempt.verdict === 'accepted' && (await recordLate(attempt, deps));
  } catch (fault) {
    const { sid, ...withoutSid } = attempt;
    if (sid === undefined || !isOneItemsFault(fault)) throw fault;
    // Another attempt has this message. By a look-up's conclusion: ours is the answer itself.
    const { length } = await reclaimSids(askAlone(ledger), [{ ...attempt, sid }]);
    if (length === 0) return finish(withoutSid, deps); // By its own answer: the receiver numbers its messages oddly.
    reach('sid.reclaimed');
    return finish(attempt, deps);
  }
};

const selectGivenUp = `
  select from quailrunner.attempts
  where run_id = $1 and dispatch = $2 and worker_id = $3 and (verdict <> 'accepted' or settled_by = 'look-up')`;

/**
 * The attempt was given up and its run has moved on: it is to be sent again, or was settled by another message. The
 * receiver's answer that it has ours is proof of the opposite, however late.
 */
const recordLate = async (attempt: FinishedAttempt, { ledger, workerId }: FinishDeps): Promise<boolean> => {
  const { runId, dispatch, sid } = attempt;
  if ((await query(ledger, selectGivenUp, [runId, dispatch, workerId])).length === 0) return false;
  const proof = {
    runId,
    dispatch,
    delivery: 'accepted',
    wasSent: true,
    ...(sid === undefined ? {} : { sid }),
  } as const;
  return writeProofs(ledger, [proof], 'answer');
};
