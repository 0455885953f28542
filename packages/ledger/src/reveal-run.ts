/** A person looks at what a run holds of somebody: its columns, numbers and text. Nobody does without a row in the audit. */
import type { Actor } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction } from './query.js';
import { type RunStory, readRun } from './read-run.js';
import { recordAct } from './record-act.js';

/** Promise: the audit's row is committed before anything is returned. `undefined`: there is no such run. */
export const revealRun = async (ledger: Ledger, runId: string, by: Actor): Promise<RunStory | undefined> => {
  const run = await readRun(ledger, runId);
  if (run === undefined) return undefined;
  const subject = { kind: 'run', id: run.runId } as const;
  await inTransaction(ledger, (ask) => recordAct(ask, { by, act: 'run.revealed', subject }));
  return run;
};
