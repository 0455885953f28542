/**
 * A task file: SQL whose first comment holds the settings as YAML. It runs as it is in psql. Every mistake in it is
 * reported at once, with file, line and column.
 */
import { basename } from 'node:path';
import { type Problem, ProblemsError, type TaskDefinition } from '@quailrunner/domain';
import { describeIssues } from './describe-issues.js';
import { readYaml } from './read-yaml.js';
import { findSettingsComment, type SettingsComment } from './settings-comment.js';
import { isBlank, placeAt } from './sql-text.js';
import { taskSettings } from './task-settings.js';
import { toSettings } from './to-settings.js';
import { type Place, type PlacedYaml, placeInValue, placeOfKey } from './yaml-places.js';

export interface TaskFile {
  readonly path: string;
  readonly definition: TaskDefinition;
  /** Turns a problem of a part (`predicate`, `action.body`, `action.headers.X`) into one of the file. */
  readonly locate: (problem: Problem) => Problem;
}

export interface TaskFileOptions {
  readonly path: string;
  /** What `every` is where the file doesn't say. */
  readonly scanIntervalMs: number;
}

/** Throws ProblemsError. */
export const parseTaskFile = (text: string, { path, scanIntervalMs }: TaskFileOptions): TaskFile => {
  const comment = findSettingsComment(text, path);
  const yaml = readYaml(text, comment, path);
  const parsed = taskSettings.safeParse(yaml.document.toJS() || {});
  const issues = parsed.error === undefined ? [] : describeIssues(parsed.error, yaml);
  const problems: Problem[] = issues.map(({ problem, path: of }) => ({
    ...problem,
    where: path,
    ...placeOfKey(yaml, of),
  }));
  const ownName = basename(path, '.sql');
  if (!yaml.document.has('name') && !isName(ownName)) problems.push(badFileName(ownName, path));
  if (isBlank(comment.predicate)) problems.push({ ...noPredicate, where: path, ...predicateStart(text, comment) });
  if (!parsed.success || problems.length > 0) throw new ProblemsError(problems.toSorted(byPlace));
  const settings = toSettings(parsed.data, ownName, scanIntervalMs);
  return {
    path,
    definition: { settings, predicate: comment.predicate },
    locate: (problem) => ({ ...problem, where: path, ...placeOf(problem, yaml, comment) }),
  };
};

const byPlace = (a: Problem, b: Problem): number => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

const isName = (name: string): boolean => taskSettings.shape.name.safeParse(name).success;

const predicateStart = (text: string, { predicateAt }: SettingsComment): Place => placeAt(text, predicateAt);

const noPredicate: Problem = {
  code: 'TASK_NO_PREDICATE',
  message: 'there is no SQL after the settings',
  mend: 'add the SELECT that returns the entities, with their key as entity_pk',
};

const badFileName = (name: string, path: string): Problem => ({
  code: 'TASK_NAME_INVALID',
  message: `the task is named after its file, but "${name}" is no name for a task`,
  mend: "rename the file, or set name: to something made of a-z, 0-9 and '-'",
  where: path,
});

const placeOf = ({ where = '', line, column = 1 }: Problem, yaml: PlacedYaml, comment: SettingsComment): Place => {
  if (where !== 'predicate') {
    const setting = toPath(where);
    return line === undefined ? placeOfKey(yaml, setting) : placeInValue(yaml, setting, { line, column });
  }
  const start = predicateStart(yaml.text, comment);
  if (line === undefined) return start;
  return { line: start.line + line - 1, column: line === 1 ? start.column + column - 1 : column };
};

/** `action.headers.X-My.Header` → ['action', 'headers', 'X-My.Header']: a header's name may hold dots. */
const toPath = (where: string): string[] => {
  const [first = '', second, ...rest] = where.split('.');
  return [first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : [rest.join('.')])];
};
