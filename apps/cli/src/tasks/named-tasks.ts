/** Tasks as a command names them: by their files, or by the names under which they are applied. */
import { existsSync } from 'node:fs';
import { type Config, readTaskFiles, type TaskFile } from '@quailrunner/config';
import { ProblemsError, QuailError, type TaskDefinition } from '@quailrunner/domain';
import { type Ledger, readRevision, readTask } from '@quailrunner/ledger';

export interface NamedTask {
  readonly definition: TaskDefinition;
  readonly file?: TaskFile;
}

/** A name is a name where no file is called so. */
export const readNamedTasks = async (
  tasks: readonly string[],
  config: Config,
  ledger: Ledger,
): Promise<NamedTask[]> => {
  const named: NamedTask[] = [];
  for (const task of tasks) {
    if (existsSync(task) || /[./\\]/.test(task)) {
      for (const file of await readTaskFiles([task], config)) named.push({ definition: file.definition, file });
    } else {
      const row = await readTask(ledger, task);
      if (row === undefined) throw new QuailError('NO_SUCH_TASK', `there is no file and no task "${task}"`);
      named.push({ definition: await readRevision(ledger, row.taskId, row.revision) });
    }
  }
  return named;
};

/** Problems at their place in the file, where there is one. */
export const atItsPlace = async <Result>(file: TaskFile | undefined, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProblemsError) || file === undefined) throw error;
    throw new ProblemsError(error.problems.map(file.locate));
  }
};
