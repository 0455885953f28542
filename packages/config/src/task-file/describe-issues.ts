/** What zod found wrong in the settings, in words for a person: the setting, its place, what it may be. */
import { nearest, type Problem } from '@quailrunner/domain';
import type { z } from 'zod';
import { missingMends, settingNames } from './task-settings.js';
import type { PlacedYaml } from './yaml-places.js';

export interface FoundIssue {
  readonly problem: Problem;
  /** Of the setting. */
  readonly path: readonly PropertyKey[];
}

export const describeIssues = (error: z.ZodError, yaml: PlacedYaml): FoundIssue[] =>
  error.issues.flatMap((issue): FoundIssue[] => {
    if (issue.code !== 'unrecognized_keys') return [{ problem: wrongSetting(issue, yaml), path: issue.path }];
    return issue.keys.map((key) => ({ problem: unknownSetting(key, issue.path), path: [...issue.path, key] }));
  });

const unknownSetting = (key: string, path: readonly PropertyKey[]): Problem => {
  const known = settingNames(path);
  const meant = nearest(key, known);
  const inside = path.length === 0 ? '' : ` in "${path.join('.')}"`;
  const list = `the settings are: ${known.join(', ')}`;
  return {
    code: 'TASK_SETTING_UNKNOWN',
    message: `there is no setting "${key}"${inside}`,
    mend: meant === undefined ? list : `did you mean "${meant}"? ${list}`,
  };
};

const wrongSetting = (issue: z.core.$ZodIssue, yaml: PlacedYaml): Problem => {
  // The place within a list says nothing that the value, which is in the message, doesn't say better.
  const name = issue.path.filter((key) => typeof key === 'string').join('.');
  if (name === '') return { code: 'TASK_SETTING_INVALID', message: `the settings ${issue.message}` };
  if (issue.code === 'invalid_type' && !yaml.document.hasIn(issue.path)) {
    const mend = missingMends[name];
    return {
      code: 'TASK_SETTING_MISSING',
      message: `the setting "${name}" is missing`,
      ...(mend === undefined ? {} : { mend }),
    };
  }
  return { code: 'TASK_SETTING_INVALID', message: `"${name}" ${issue.message}` };
};
