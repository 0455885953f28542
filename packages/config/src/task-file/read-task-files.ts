import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Problem, ProblemsError } from '@quailrunner/domain';
import { parseTaskFile, type TaskFile } from './parse-task-file.js';

/**
 * The task files at `paths`: files as they are, of a directory all that end in `.sql`. Throws ProblemsError with the
 * mistakes of all of them; a name that two files give their task is one.
 */
export const readTaskFiles = async (
  paths: readonly string[],
  { scanIntervalMs }: { scanIntervalMs: number },
): Promise<TaskFile[]> => {
  const problems: Problem[] = [];
  const files: TaskFile[] = [];
  for (const path of (await Promise.all(paths.map((path) => listFiles(path, problems)))).flat()) {
    try {
      files.push(parseTaskFile(await readFile(path, 'utf8'), { path, scanIntervalMs }));
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      problems.push(...error.problems);
    }
  }
  problems.push(...namedTwice(files));
  if (problems.length > 0) throw new ProblemsError(problems);
  return files;
};

const listFiles = async (path: string, problems: Problem[]): Promise<string[]> => {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    problems.push({ code: 'TASK_NO_FILE', message: 'there is no such file or directory', where: path });
    return [];
  }
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith('.sql')).sort();
  if (names.length === 0) {
    problems.push({ code: 'TASK_NO_FILE', message: 'the directory holds no file that ends in .sql', where: path });
  }
  return names.map((name) => join(path, name));
};

const namedTwice = (files: readonly TaskFile[]): Problem[] => {
  const first = new Map<string, string>();
  return files.flatMap(({ path, definition }) => {
    const { name } = definition.settings;
    const other = first.get(name);
    if (other === undefined) {
      first.set(name, path);
      return [];
    }
    return [
      {
        code: 'TASK_NAMED_TWICE',
        message: `the task "${name}" is in ${other} already`,
        mend: 'give one of them another name',
        where: path,
      },
    ];
  });
};
