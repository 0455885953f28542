/**
 * A task file: SQL whose first comment holds the settings as YAML. It runs as it is in psql. Every mistake in it is
 * reported at once, with file, line and column.
 */
import { basename } from 'node:path';
import { nearest, type Problem, ProblemsError, type TaskDefinition, type TaskSettings } from '@quailrunner/domain';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { findSettingsComment, placeAt, type SettingsComment } from './settings-comment.js';
import { settingNames, taskSettings } from './task-settings.js';
import { type PlacedYaml, placeInValue, placeOfKey } from './yaml-places.js';

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
  const parsed = taskSettings.safeParse(yaml.document.toJS() ?? {});
  if (!parsed.success) throw new ProblemsError(parsed.error.issues.flatMap((issue) => toProblems(issue, yaml, path)));
  if (isBlank(comment.predicate)) throw new ProblemsError([noPredicate(text, comment, path)]);
  const name = parsed.data.name ?? basename(path, '.sql');
  if (!taskSettings.shape.name.safeParse(name).success) throw new ProblemsError([badFileName(name, path)]);
  const settings = toSettings(parsed.data, name, scanIntervalMs);
  return {
    path,
    definition: { settings, predicate: comment.predicate },
    locate: (problem) => locate(problem, { yaml, comment, path }),
  };
};

const readYaml = (text: string, comment: SettingsComment, path: string): PlacedYaml => {
  const document = parseDocument(comment.yaml, { prettyErrors: false });
  if (document.errors.length === 0) return { text, yamlAt: comment.yamlAt, document };
  throw new ProblemsError(
    document.errors.map((error) => ({
      code: 'TASK_YAML',
      message: `the settings are no YAML: ${error.message}`,
      mend: yamlMends[error.code] ?? 'check the indentation, and put text with ": " or "#" in quotes',
      where: path,
      ...placeAt(text, comment.yamlAt + error.pos[0]),
    })),
  );
};

const yamlMends: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of the two',
  TAB_AS_INDENT: 'indent with spaces',
};

const isBlank = (sql: string): boolean => sql.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\/|[\s;]/g, '') === '';

const toProblems = (issue: z.core.$ZodIssue, yaml: PlacedYaml, path: string): Problem[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      unknownSetting(key, issue.path, { ...placeOfKey(yaml, [...issue.path, key]), where: path }),
    );
  }
  const setting = issue.path.join('.') || 'the settings';
  const missing = issue.code === 'invalid_type' && yaml.document.getIn(issue.path) === undefined;
  return [
    {
      code: missing ? 'TASK_SETTING_MISSING' : 'TASK_SETTING_INVALID',
      message: missing ? `the setting "${setting}" is missing` : `"${setting}" ${issue.message}`,
      where: path,
      ...placeOfKey(yaml, issue.path),
    },
  ];
};

const unknownSetting = (key: string, path: readonly PropertyKey[], place: Partial<Problem>): Problem => {
  const known = settingNames(path);
  const meant = nearest(key, known);
  const inside = path.length === 0 ? '' : ` in "${path.join('.')}"`;
  return {
    code: 'TASK_SETTING_UNKNOWN',
    message: `there is no setting "${key}"${inside}`,
    mend: meant === undefined ? `the settings are: ${known.join(', ')}` : `did you mean "${meant}"?`,
    ...place,
  };
};

const noPredicate = (text: string, comment: SettingsComment, path: string): Problem => ({
  code: 'TASK_NO_PREDICATE',
  message: 'there is no SQL after the settings',
  mend: 'add the SELECT that returns the entities, with their key as entity_pk',
  where: path,
  ...placeAt(text, comment.predicateAt),
});

const badFileName = (name: string, path: string): Problem => ({
  code: 'TASK_NAME_INVALID',
  message: `the task is named after its file, but "${name}" is no name for a task`,
  mend: "rename the file, or set name: to something made of a-z, 0-9 and '-'",
  where: path,
});

const toSettings = (given: z.infer<typeof taskSettings>, name: string, scanIntervalMs: number): TaskSettings => ({
  name,
  source: given.source,
  everyMs: given.every ?? scanIntervalMs,
  action: given.action,
  retries: given.retries,
  backoff: {
    firstMs: given.backoff.first,
    factor: given.backoff.factor,
    maxMs: given.backoff.max,
    jitter: given.backoff.jitter,
  },
  recheck: given.recheck,
  timeoutMs: given.timeout,
  success: given.success,
  ...(given.rate === undefined ? {} : { ratePerSecond: given.rate }),
  ...(given.onUnknown === undefined ? {} : { onUnknown: given.onUnknown }),
});

const locate = (
  problem: Problem,
  { yaml, comment, path }: { yaml: PlacedYaml; comment: SettingsComment; path: string },
): Problem => {
  const { where = '', line, column = 1 } = problem;
  if (where === 'predicate') {
    const start = placeAt(yaml.text, comment.predicateAt);
    if (line === undefined) return { ...problem, where: path, line: start.line };
    return {
      ...problem,
      where: path,
      line: start.line + line - 1,
      column: line === 1 ? start.column + column - 1 : column,
    };
  }
  const setting = toPath(where);
  const place = line === undefined ? placeOfKey(yaml, setting) : placeInValue(yaml, setting, { line, column });
  return { ...problem, where: path, ...place };
};

/** `action.headers.X-My.Header` → ['action', 'headers', 'X-My.Header']: a header's name may hold dots. */
const toPath = (where: string): string[] => {
  const [first = '', second, ...rest] = where.split('.');
  return [first, ...(second === undefined ? [] : [second]), ...(rest.length === 0 ? [] : [rest.join('.')])];
};
