/**
 * The operator's own table of Twilio's codes (`QUAIL_TWILIO_CODES`), as YAML: `21999: recipient`, or `21999: { group: lane,
 * meaning: The sender is on leave. }`. Every mistake at its place.
 */
import { codeGroups, nearest, type OwnCode, type Problem, ProblemsError } from '@quailrunner/domain';
import { isMap } from 'yaml';
import { z } from 'zod';
import { readText } from './read-text.js';
import { readYaml } from './task-file/read-yaml.js';
import { placeOfKey } from './task-file/yaml-places.js';

export type TwilioCodes = ReadonlyMap<number, OwnCode>;

const ownCode = z.strictObject({
  group: z.enum(codeGroups),
  meaning: z.string().min(1).max(200).optional(),
});

/** Throws ProblemsError. */
export const readTwilioCodes = (path: string): TwilioCodes => {
  const where = 'QUAIL_TWILIO_CODES';
  return parseTwilioCodes(
    readText(path, (cause) => ({ ...wrong, message: `names ${path}, but ${cause}`, where })),
    path,
  );
};

const wrong = { code: 'CONFIG_INVALID' };

export const parseTwilioCodes = (text: string, path: string): TwilioCodes => {
  const yaml = readYaml(text, { yaml: text, yamlAt: 0 }, path);
  const { document } = yaml;
  if (document.contents === null) return new Map();
  if (!isMap(document.contents)) {
    throw new ProblemsError([{ ...wrong, message: 'holds no table of codes', mend: example, where: path }]);
  }
  const codes = new Map<number, OwnCode>();
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries(document.toJS() as Record<string, unknown>)) {
    const read = readEntry(key, value);
    if ('message' in read) problems.push({ ...read, where: path, ...placeOfKey(yaml, [key]) });
    else codes.set(Number(key), read);
  }
  if (problems.length > 0) throw new ProblemsError(problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  return codes;
};

const example = 'write a line for each code, such as 21999: recipient';
const groups = `the groups are: ${codeGroups.join(', ')}`;

const readEntry = (key: string, value: unknown): OwnCode | Problem => {
  if (!/^\d{4,6}$/.test(key)) return { ...wrong, message: `"${key}" is no code of Twilio's`, mend: example };
  const given = typeof value === 'string' ? { group: value } : value;
  const parsed = ownCode.safeParse(given);
  if (parsed.success) return withoutUndefined(parsed.data);
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    return {
      ...wrong,
      message: `${key} has a "${issue.keys[0]}"`,
      mend: 'a code has a group, and a meaning if you like',
    };
  }
  if (issue?.path[0] === 'meaning') return { ...wrong, message: `the meaning of ${key} must have 1 to 200 characters` };
  const group = typeof (given as { group?: unknown })?.group === 'string' ? (given as { group: string }).group : '';
  const meant = nearest(group, codeGroups);
  const mend = meant === undefined ? groups : `did you mean "${meant}"? ${groups}`;
  return { ...wrong, message: `${key} is in no group that there is${group === '' ? '' : `: "${group}"`}`, mend };
};

const withoutUndefined = ({ group, meaning }: z.infer<typeof ownCode>): OwnCode =>
  meaning === undefined ? { group } : { group, meaning };
