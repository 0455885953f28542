import { isDeepStrictEqual } from 'node:util';
import type { TaskDefinition } from '@quailrunner/domain';

/** What differs between two revisions: `predicate`, `action.body`, `action.headers`, settings by the names that files have for them. */
export const describeChange = (before: TaskDefinition, after: TaskDefinition): string[] => {
  const parts = [partsOf(before), partsOf(after)] as const;
  const names = new Set(parts.flatMap((each) => [...each.keys()]));
  return [...names].filter((name) => !isDeepStrictEqual(parts[0].get(name), parts[1].get(name)));
};

const partsOf = ({ predicate, settings: { action, ...settings } }: TaskDefinition): Map<string, unknown> =>
  new Map<string, unknown>([
    ['predicate', predicate],
    ...Object.entries(action).map(([name, part]) => [`action.${name}`, part] as const),
    ...Object.entries(settings).flatMap(([name, value]) =>
      value === undefined ? [] : [[nameInFile(name), value] as const],
    ),
  ]);

const namesInFile = new Map([
  ['everyMs', 'every'],
  ['ratePerSecond', 'rate'],
  ['timeoutMs', 'timeout'],
]);

const nameInFile = (name: string): string => namesInFile.get(name) ?? name;
