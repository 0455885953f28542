import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Problem, ProblemsError } from '@quailrunner/domain';
import { parseTaskFile, type TaskFile } from './parse-task-file.js';

/**
 * The task files at `paths`: files as they are, of a directory all that end in `.sql`, each once. Throws ProblemsError
 * with the mistakes of all of them; a name that two files give their task is one.
 */
export const readTaskFiles = async (
  paths: readonly string[],
  { scanIntervalMs }: { scanIntervalMs: number },
): Promise<TaskFile[]> => {
  const problems: Problem[] = [];
  const files: TaskFile[] = [];
  for (const path of eachOnce((await Promise.all(paths.map((path) => listFiles(path, problems)))).flat())) {
    try {
      files.push(parseTaskFile(decode(await readFile(path), path), { path, scanIntervalMs }));
    } catch (error) {
      problems.push(...toProblems(error, path));
    }
  }
  problems.push(...namedTwice(files));
  if (problems.length > 0) throw new ProblemsError(problems);
  return files;
};

const eachOnce = (paths: readonly string[]): string[] => [
  ...new Map(paths.map((path) => [resolve(path), path])).values(),
];

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

/** A file in another encoding would reach people with wrong letters. */
const decode = (bytes: Buffer, path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProblemsError([
      { code: 'TASK_NO_UTF8', message: 'the file is not UTF-8', mend: 'save it as UTF-8', where: path },
    ]);
  }
};

const toProblems = (error: unknown, path: string): readonly Problem[] => {
  if (error instanceof ProblemsError) return error.problems;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  return [{ code: 'TASK_UNREADABLE', message: `the file can't be read (${code})`, where: path }];
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
