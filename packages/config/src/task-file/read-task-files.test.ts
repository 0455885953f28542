import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readTaskFiles } from './read-task-files.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quailrunner-tasks-'));
});
afterEach(() => rm(directory, { recursive: true }));

const task = (name?: string): string =>
  `/*\n${name === undefined ? '' : `name: ${name}\n`}action: { url: https://example.com }\n*/\nSELECT 1 AS entity_pk`;
const write = async (name: string, text: string | Buffer): Promise<string> => {
  await writeFile(join(directory, name), text);
  return join(directory, name);
};
const read = (...paths: string[]) => readTaskFiles(paths, { scanIntervalMs: 10_000 });
const namesOf = async (...paths: string[]) => (await read(...paths)).map(({ definition }) => definition.settings.name);
const mistakesIn = async (...paths: string[]): Promise<string> => {
  const error = await read(...paths).catch((thrown: Error) => thrown);
  return error instanceof Error ? error.message.replaceAll(`${directory}/`, '') : 'no mistake';
};

it('reads files, and of directories what ends in .sql, each once', async () => {
  const b = await write('b.sql', task());
  await write('a.sql', task());
  await write('notes.md', 'not a task');
  await mkdir(join(directory, 'old'));
  expect(await namesOf(b)).toEqual(['b']);
  expect(await namesOf(directory)).toEqual(['a', 'b']);
  expect(await namesOf(b, directory, `${directory}/./a.sql`)).toEqual(['b', 'a']);
});

it('tells the mistakes of all files at once', async () => {
  await write('a.sql', 'SELECT 1');
  await write('b.sql', task().replace('url', 'ulr'));
  await write('c.sql', Buffer.from(task().replace('SELECT', '-- Grüße\nSELECT'), 'latin1'));
  await mkdir(join(directory, 'd.sql'));
  expect(await mistakesIn(directory, join(directory, 'gone.sql'))).toBe(`\
gone.sql: there is no such file or directory
a.sql:1:1: a task file begins with its settings, in a comment: /* name: …, action: … */
  → put the settings before the SQL; examples/ has a file to start from
b.sql:2:1: the setting "action.url" is missing
  → add url: with the address that takes the POST
b.sql:2:11: there is no setting "ulr" in "action"
  → did you mean "url"? the settings are: url, headers, body
c.sql: the file is not UTF-8
  → save it as UTF-8
d.sql: the file can't be read (EISDIR)`);
});

it('takes a name that two files give their task for a mistake', async () => {
  await write('a.sql', task('welcome'));
  await write('b.sql', task('welcome'));
  expect(await mistakesIn(directory)).toBe(
    'b.sql: the task "welcome" is in a.sql already\n  → give one of them another name',
  );
});

it('takes a directory without task files for a mistake', async () => {
  await mkdir(join(directory, 'none'));
  expect(await mistakesIn(join(directory, 'none'))).toBe('none: the directory holds no file that ends in .sql');
});
