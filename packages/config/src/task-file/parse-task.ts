/** A task as a form or a program gives it: the settings of a task file as JSON, and the SQL beside them. */
import { type Problem, ProblemsError, type TaskDefinition } from '@quailrunner/domain';
import { describeIssues } from './describe-issues.js';
import { readYaml } from './read-yaml.js';
import { isBlank } from './sql-text.js';
import { taskSettings } from './task-settings.js';
import { toSettings } from './to-settings.js';

export interface TaskText {
  /** Named and written as in a task file: `{ name, every: '10s', action: { url, headers, body }, … }`; null is not set. */
  readonly settings: unknown;
  readonly predicate: string;
}

/** Throws ProblemsError with every mistake; `where` is `predicate` or the setting: `action.url`. */
export const parseTask = (
  { settings, predicate }: TaskText,
  { scanIntervalMs }: { readonly scanIntervalMs: number },
): TaskDefinition => {
  // JSON is YAML: read in the same way, numbers are text as they were written.
  const json = JSON.stringify(settings, (_, value) => (value === null ? undefined : value)) ?? '{}';
  const yaml = readYaml(json, { yaml: json, yamlAt: 0 }, 'settings');
  const parsed = taskSettings.safeParse(yaml.document.toJS());
  const problems: Problem[] = parsed.error === undefined ? [] : describeIssues(parsed.error, yaml).map(atSetting);
  if (parsed.success && parsed.data.name === undefined) problems.push(noName);
  if (isBlank(predicate)) problems.push(noPredicate);
  if (!parsed.success || problems.length > 0) throw new ProblemsError(problems);
  return { settings: toSettings(parsed.data, '', scanIntervalMs), predicate };
};

/** Lines and columns of the JSON are nobody's. */
const atSetting = ({ problem, path }: ReturnType<typeof describeIssues>[number]): Problem => ({
  ...problem,
  where: path.map(String).join('.') || 'settings',
});

const noName: Problem = {
  code: 'TASK_SETTING_MISSING',
  message: 'the setting "name" is missing',
  mend: "give the task a name of a-z, 0-9 and '-'",
  where: 'name',
};

const noPredicate: Problem = {
  code: 'TASK_NO_PREDICATE',
  message: 'there is no SQL',
  mend: 'write the SELECT that returns the entities, with their key as entity_pk',
  where: 'predicate',
};
