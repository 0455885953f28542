/**
 * Tasks that were paused or held lately: a run that was started before may still wait for its turn in its lane. Held in memory,
 * so that no message waits for the ledger.
 */
import { type Ledger, readStoppedTasks } from '@quailrunner/ledger';

export interface StoppedTasks {
  has(taskId: number): boolean;
  refresh(): Promise<void>;
}

export const openStoppedTasks = (ledger: Ledger): StoppedTasks => {
  let stopped: ReadonlySet<number> = new Set();
  return {
    has: (taskId) => stopped.has(taskId),
    refresh: async () => {
      stopped = new Set(await readStoppedTasks(ledger));
    },
  };
};
