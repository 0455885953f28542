import { type Ledger, readRevision } from '@quailrunner/ledger';
import { type CompiledTask, compileTask } from './compile-task.js';

/** Compiled revisions: each is read once in a process, since a revision never changes. */
export interface TaskCache {
  read(taskId: number, revision: number): Promise<CompiledTask>;
}

/** Receipts and look-ups come back to older revisions too, long after a newer one is there. */
const mostRevisions = 1_000;

export const openTaskCache = (ledger: Ledger): TaskCache => {
  const revisions = new Map<string, Promise<CompiledTask>>();
  const open = (key: string, taskId: number, revision: number): Promise<CompiledTask> => {
    const task = readRevision(ledger, taskId, revision).then((definition) => compileTask(definition));
    if (revisions.size >= mostRevisions) revisions.delete(revisions.keys().next().value as string);
    revisions.set(key, task);
    // A failed read is asked again by the next run.
    task.catch(() => {
      if (revisions.get(key) === task) revisions.delete(key);
    });
    return task;
  };
  return {
    read: (taskId, revision) => {
      const key = `${taskId}/${revision}`;
      return revisions.get(key) ?? open(key, taskId, revision);
    },
  };
};
