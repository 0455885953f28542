import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createToken } from '@quailrunner/ledger';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ann } from '../support/actors.js';
import { type ApiStage, openApiStage } from '../support/api-stage.js';

const page = join(import.meta.dirname, '..', '..', 'docs', 'api.md');

let stage: ApiStage;
let directory: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  [stage, directory] = await Promise.all([openApiStage(), mkdtemp(join(tmpdir(), 'quailrunner-docs-'))]);
  const token = await createToken(stage.ledger, { name: 'docs', role: 'operator' }, ann);
  env = { PATH: process.env.PATH, QUAIL_URL: stage.url, QUAIL_TOKEN: token };
});
afterAll(async () => {
  await stage.close();
  await rm(directory, { recursive: true });
});

it('the examples in the page of the API do what it says', async () => {
  const examples = [...(await readFile(page, 'utf8')).matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(examples.length).toBeGreaterThanOrEqual(5);
  const answers: string[] = [];
  for (const example of examples) {
    const { stdout } = await promisify(execFile)('sh', ['-e', '-c', example], { env, cwd: directory });
    answers.push(stdout);
  }
  const [stats, runs, tasks, retries, revealed] = answers as [string, string, string, string, string];
  expect(JSON.parse(stats)).toMatchObject({ runs: { failed: 5 }, stores: { ledger: 'ok' } });
  const { items, next } = JSON.parse(runs);
  expect([items.length, typeof next]).toEqual([2, 'string']);
  expect(tasks).toMatch(/"change":"created".*"change":"unchanged"/);
  const ids = [...retries.matchAll(/"retryId":"(\d+)"/g)].map(([, id]) => id);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  expect(JSON.parse(revealed)).toHaveProperty('columns.phone_number');
}, 60_000);
