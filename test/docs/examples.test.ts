import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTaskFile } from '@quailrunner/config';
import { compileTask } from '@quailrunner/engine';
import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../packages/config/src/environment.js';
import { parsePrices } from '../../packages/config/src/prices.js';
import { parseTwilioCodes } from '../../packages/config/src/twilio-codes.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...list('docs').filter((path) => path.endsWith('.md')),
];

function list(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? list(`${directory}/${entry.name}`) : [`${directory}/${entry.name}`],
  );
}

const taskFiles = [
  ...pages.flatMap((page) =>
    [...read(page).matchAll(/```sql\n(\/\*[\s\S]*?)```/g)].map(
      (match, n) => [`${page}, example ${n + 1}`, match[1] ?? ''] as const,
    ),
  ),
  ...list('examples')
    .filter((path) => path.endsWith('.sql'))
    .map((path) => [path, read(path)] as const),
];

describe('a task file in the documentation', () => {
  it('is there to be tried', () => expect(taskFiles.length).toBeGreaterThanOrEqual(5));

  it.each(taskFiles)('%s: is one that can be applied', (_, text) => {
    const { definition } = parseTaskFile(text, { path: 'example.sql', scanIntervalMs: 10_000 });
    const selected = /select\s+([\s\S]*?)\s+from/i.exec(definition.predicate)?.[1] ?? '';
    const columns = selected.split(',').map(
      (column) =>
        column
          .trim()
          .split(/\s+as\s+|\./i)
          .at(-1) ?? '',
    );
    expect(() => compileTask(definition, columns)).not.toThrow();
  });
});

it("the table of Twilio's codes in the documentation is one that is taken", () => {
  const [example] = [...read('docs/operations.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(parseTwilioCodes(example ?? '', 'codes.yaml').size).toBe(2);
});

it('the price table in the documentation is one that is taken', () => {
  const [example] = [...read('docs/tasks.md').matchAll(/```prices\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(parsePrices(example ?? '', 'prices.yaml').sms.size).toBe(3);
});

it('every environment variable is documented, and none that does not exist', () => {
  const documented = [...read('docs/configuration.md').matchAll(/^\| `([A-Z_]+)`/gm)].map((match) => match[1]);
  expect(documented.filter((name) => name !== 'SOURCE_DATABASE_URL').toSorted()).toEqual(
    Object.keys(environmentSchema.shape).toSorted(),
  );
});

it('every link between pages leads somewhere', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
      .map((match) => join(page, '..', match[1] ?? ''))
      .filter((target) => !isThere(target))
      .map((target) => `${page} → ${target}`),
  );
  expect(broken).toEqual([]);
});

function isThere(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch {
    return false;
  }
}
