import { type Ledger, readRevision } from '@quailrunner/ledger';
import { type CompiledTask, compileTask } from './compile-task.js';

/** Compiled revisions by task: read once in a process, since a revision never changes. */
export interface TaskCache {
  read(taskId: number, revision: number): Promise<CompiledTask>;
}

export const openTaskCache = (ledger: Ledger): TaskCache => {
  const newest = new Map<number, { revision: number; task: Promise<CompiledTask> }>();
  return {
    read: (taskId, revision) => {
      const known = newest.get(taskId);
      if (known?.revision === revision) return known.task;
      const task = readRevision(ledger, taskId, revision).then((definition) => compileTask(definition));
      newest.set(taskId, { revision, task });
      // A failed read is asked again by the next run.
      task.catch(() => {
        if (newest.get(taskId)?.task === task) newest.delete(taskId);
      });
      return task;
    },
  };
};
