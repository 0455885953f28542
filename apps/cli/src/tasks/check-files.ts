/** Checks task files against their sources: every mistake of every file at once, each with its place in its file. */
import { type Config, readTaskFiles, type TaskFile } from '@quailrunner/config';
import { type Problem, ProblemsError } from '@quailrunner/domain';
import { type CheckedTask, checkTask } from '@quailrunner/engine';
import { openSources } from '@quailrunner/source';

export interface CheckedFile extends CheckedTask {
  readonly file: TaskFile;
}

/** Nobody waits longer for a check than for a scan. */
const statementTimeoutMs = 60_000;

/** `paths` are files, or directories of `.sql` files. Throws ProblemsError; writes nothing anywhere. */
export const checkFiles = async (paths: readonly string[], config: Config): Promise<CheckedFile[]> => {
  const files = await readTaskFiles(paths, config);
  const sources = openSources(config.sources, { statementTimeoutMs });
  const problems: Problem[] = [];
  const checked: CheckedFile[] = [];
  try {
    for (const file of files) {
      try {
        const { warnings, ...rest } = await checkTask(file.definition, { sources, here: config });
        checked.push({ file, ...rest, warnings: warnings.map(file.locate) });
      } catch (error) {
        if (!(error instanceof ProblemsError)) throw error;
        problems.push(...error.problems.map(file.locate));
      }
    }
  } finally {
    await sources.close();
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return checked;
};
