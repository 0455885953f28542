import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recreateDatabase, type ScratchDatabase } from '@quailrunner/embedded';
import {
  claimEntities,
  ensureLane,
  feedRuns,
  type Ledger,
  openAttempts,
  openLedger,
  readRun,
  registerWorker,
  takeDueScan,
} from '@quailrunner/ledger';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/index.js';
import { makeStdin, makeTerminal } from '../../../../test/support/terminal.js';
import { runCli } from '../run-cli.js';

let directory: string;
let source: ScratchDatabase;
let database: TestDatabase;
let ledger: Ledger;
let env: Record<string, string>;

beforeAll(async () => {
  const encryptionKey = randomBytes(32);
  directory = await mkdtemp(join(tmpdir(), 'quailrunner-cli-'));
  source = await recreateDatabase(inject('postgresUrl'), 'cli_commands');
  database = await createTestDatabase();
  ledger = openLedger({ databaseUrl: database.url, encryptionKey, applicationName: 'test' });
  env = {
    DATABASE_URL: database.url,
    REDIS_URL: inject('redisUrl'),
    SOURCE_DATABASE_URL: source.url,
    QUAIL_ENCRYPTION_KEY: encryptionKey.toString('hex'),
  };
  await source.run('create table public.users (id int primary key, phone_number text)');
  await source.run(`insert into public.users values (1, '+12125550101'), (2, '+12125550102')`);
});

afterAll(async () => {
  await ledger.close();
  await source.close();
  await database.close();
  await rm(directory, { recursive: true });
});

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const quail = async (...args: string[]): Promise<Result> => {
  const { terminal, read } = makeTerminal();
  const code = await runCli(args, { terminal, env, stdin: makeStdin() });
  return { code, ...read() };
};

const twilioUrl = 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json';

const writeTask = async (
  name: string,
  { column = 'phone_number', retries = 5, url = twilioUrl } = {},
): Promise<string> => {
  const path = join(directory, `${name}.sql`);
  await writeFile(
    path,
    `/*
name: ${name}
retries: ${retries}
action:
  url: ${url}
  headers:
    Content-Type: application/x-www-form-urlencoded
    Authorization: Basic {{ secrets.twilio_basic }}
  body: From=+15005550006&To={{.${column}}}&Body=Hello!
*/
SELECT id AS entity_pk, phone_number FROM public.users;
`,
  );
  return path;
};

describe('task files', () => {
  it('are applied all or not at all, and every mistake is shown with its place and its mend', async () => {
    const good = await writeTask('good');
    const bad = await writeTask('bad', { column: 'phone_numbre' });
    const result = await quail('task', 'apply', good, bad);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/bad\.sql:\d+:\d+: .*phone_numbre/);
    expect(await quail('migrate')).toMatchObject({ code: 0 });
    expect(await quail('task', 'list')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No tasks/) });
  });

  it('tell programs what is wrong with them', async () => {
    const { code, stdout, stderr } = await quail('task', 'check', join(directory, 'bad.sql'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ tasks: [], problems: [{ where: join(directory, 'bad.sql') }] });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('that name a secret for a webhook are held against where they go and what they send already', async () => {
    const hook = (url: string, header: string) => `/*
action:
  url: ${url}
  headers:
    ${header}
    Content-Type: application/json
signWith: hooks_signing
sharedSecret: hooks_shared
*/
SELECT id AS entity_pk FROM public.users;
`;
    const path = join(directory, 'hook.sql');
    await writeFile(path, hook(twilioUrl, 'Accept: "*"'));
    const bad = await quail('task', 'check', path);
    expect(bad).toMatchObject({ code: 1, stdout: '' });
    const mend = 'Twilio takes no such header: leave it out';
    for (const [setting, line] of Object.entries({ signWith: 7, sharedSecret: 8 })) {
      const said = `${path}:${line}:1: "${setting}" is for webhooks, and the action goes to Twilio\n  → ${mend}`;
      expect(bad.stderr).toContain(said);
    }
    await writeFile(path, hook('https://example.com/', 'Webhook-Id: mine'));
    const good = await quail('task', 'check', path);
    expect(good.code).toBe(0);
    expect(good.stderr).toContain(`warning  ${path}:5:5: the task sends its own Webhook-Id, so "signWith"`);
    expect(good.stderr).toContain('QUAIL_SECRET_HOOKS_SIGNING');
    expect(good.stderr).toContain('QUAIL_SECRET_HOOKS_SHARED');
    const { tasks } = JSON.parse((await quail('task', 'check', path, '--json')).stdout);
    expect(tasks).toMatchObject([
      {
        warnings: [
          { code: 'WEBHOOK_HEADER_OWN', where: path, line: 5, column: 5 },
          { code: 'SECRET_NOT_SET', where: path, line: 7 },
          { code: 'SECRET_NOT_SET', where: path, line: 8 },
        ],
      },
    ]);
  });

  it('become a task, a revision of it, or nothing new', async () => {
    const path = await writeTask('good');
    const first = await quail('task', 'apply', path);
    expect(first).toMatchObject({ code: 0, stdout: 'created    good  revision 1\n' });
    expect(first.stderr).toContain('QUAIL_SECRET_TWILIO_BASIC');
    expect((await quail('task', 'apply', path)).stdout).toBe('unchanged  good  revision 1\n');
    await writeTask('good', { retries: 1 });
    expect((await quail('task', 'apply', path)).stdout).toBe('revised    good  revision 2\n');
  });
});

describe('runs', () => {
  beforeAll(makeFailedRun);

  it('are listed with what became of them', async () => {
    const { stdout } = await quail('runs', 'list', '--state', 'failed');
    expect(stdout).toMatch(/^ *RUN {2}TASK {2}ENTITY {2}STATE/);
    expect(stdout).toMatch(/good {2}1 {7}failed {9}1 .* 21211: no such number/);
    expect(JSON.parse((await quail('runs', 'list', '--entity', '2', '--json')).stdout)).toMatchObject([
      { task: 'good', entityPk: '2', state: 'pending' },
    ]);
  });

  it('are found by code, lane and the time of their claim', async () => {
    const found = async (...options: string[]) =>
      JSON.parse((await quail('runs', 'list', '--json', ...options)).stdout).map(
        ({ entityPk }: { entityPk: string }) => entityPk,
      );
    expect(await found('--code', '21211')).toEqual(['1']);
    expect(await found('--code', '30003')).toEqual([]);
    const all = await found();
    expect(all).toContain('2');
    expect(await found('--since', '1h', '--lane', '1')).toEqual(all);
    expect(await found('--until', '1h')).toEqual([]);
    expect(await found('--lane', '99')).toEqual([]);
    expect(await found('--since', '2020-01-01', '--until', new Date(Date.now() + 60_000).toISOString())).toEqual(all);
  });

  it('are shown with every attempt, and without the row they came from', async () => {
    const { stdout } = await quail('runs', 'show', '1');
    expect(stdout).toMatch(/^Run 1\ntask {6}good, revision 2\n/);
    expect(stdout).toMatch(
      /\n {6}1 {2}[\d-]{10} [\d:.]{12} {2} *\S+ {2}refused {5}400 {2}21211 {2}12ms {2}no such number/,
    );
    expect(stdout).toContain('answer to 1  {"code":21211}');
    const shown = await quail('runs', 'show', '1', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'failed', attempts: [{ httpStatus: 400, code: '21211' }] });
    expect(stdout + shown.stdout).not.toContain('2125550101');
  });

  it('are counted by the task they belong to', async () => {
    expect((await quail('task', 'list')).stdout).toMatch(/PENDING {2}FAILED|PENDING {2}COMPLETED {2}FAILED/);
    const [task] = JSON.parse((await quail('task', 'list', '--json')).stdout);
    expect(task).toMatchObject({ name: 'good', runs: { pending: 1, failed: 1 } });
  });

  it('are queued again when they have failed, and the number is told', async () => {
    expect((await quail('runs', 'retry', '--task', 'good', '--code', '1')).stdout).toMatch(
      /^No run of good has failed/,
    );
    expect(await quail('runs', 'retry', '1', '2')).toMatchObject({
      code: 1,
      stdout: '1 run queued again.\n',
      stderr: 'Not queued: 1 run. Only a failed run can be retried.\n',
    });
    expect(await quail('runs', 'retry', '--task', 'nope')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching('nope'),
    });
  });
});

describe('unknown runs', () => {
  beforeAll(async () => {
    for (const runId of ['1', '2']) await makeUnknown(runId);
  });

  it('are resolved by a person, who is on record for it, and the number is told', async () => {
    expect(await quail('runs', 'resolve', '1', 'sent')).toMatchObject({ code: 0, stdout: '1 run completed: sent.\n' });
    expect(await quail('runs', 'resolve', '1', '2', 'not-sent')).toMatchObject({
      code: 1,
      stdout: '1 run queued again: not sent.\n',
      stderr: 'Not resolved: 1. Only an unknown run can be resolved: quail runs list --state unknown\n',
    });
    expect((await quail('runs', 'show', '1')).stdout).toMatch(/\nstate {5}completed\n[\s\S]* accepted, by person /);
    expect((await quail('runs', 'show', '2')).stdout).toMatch(
      /\nstate {5}retrying {2}TIMEOUT[\s\S]* not sent, by person /,
    );
  });
});

describe('lanes and tasks', () => {
  it('are paused and resumed, with the number of a sender masked', async () => {
    expect((await quail('lanes', 'pause', '1')).stdout).toBe('Lane 1 is paused.\n');
    expect((await quail('lanes', 'list')).stdout).toMatch(/1 {2}twilio\/AC0000…0001\/•••06 {2}paused .* by \S+/);
    expect((await quail('lanes', 'resume', '1')).stdout).toBe('Lane 1 is open.\n');
    expect(await quail('lanes', 'resume', '7')).toMatchObject({ code: 1, stderr: expect.stringMatching('no lane 7') });
    expect((await quail('task', 'pause', 'good')).stdout).toBe('good is paused.\n');
    expect((await quail('task', 'show', 'good')).stdout).toMatch(/^good\nstate {5}paused\n/);
    expect((await quail('task', 'resume', 'good')).stdout).toBe('good is active.\n');
  });

  it('send as fast as a person says, until that is taken back', async () => {
    expect(await quail('lanes', 'rate', '1', '30/min')).toMatchObject({ code: 0, stdout: 'Lane 1 sends at 30/min.\n' });
    expect((await quail('lanes', 'list')).stdout).toMatch(/•••06 {2}open +30\/min/);
    expect((await quail('lanes', 'rate', '1', 'default')).stdout).toMatch(/^Lane 1 sends at /);
    expect(await quail('lanes', 'rate', '7', '1/s')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching('no lane 7'),
    });
    expect(await quail('lanes', 'rate', '1', 'fast')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"fast" is not a rate such as 10/s, 60/min or 1000/h, nor \'default\''),
    });
  });

  it('are not touched when one of the tasks named is none', async () => {
    expect(await quail('task', 'pause', 'good', 'nope')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'quail: there is no task nope\n',
    });
    expect((await quail('task', 'show', 'good')).stdout).toMatch(/^good\nstate {5}active\n/);
  });

  it('show of a plain host only its origin', async () => {
    const path = await writeTask('hook', { url: 'https://hooks.example.com/services/T0/secret' });
    expect(await quail('task', 'apply', path)).toMatchObject({ code: 0 });
    const { stdout } = await quail('task', 'show', 'hook');
    expect(stdout).toMatch(/\nurl {7}https:\/\/hooks\.example\.com\/•••\n/);
    const shown = await quail('task', 'show', 'hook', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ settings: { action: { url: 'https://hooks.example.com/•••' } } });
    expect(stdout + shown.stdout).not.toContain('services');
    expect((await quail('task', 'show', 'good')).stdout).toContain(`url       ${twilioUrl}\n`);
  });

  it('show no header and no body of a task', async () => {
    const shown = await quail('task', 'show', 'good', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'good', settings: { retries: 1 } });
    expect(shown.stdout).not.toMatch(/Basic|Hello/);
  });
});

describe('suppressions', () => {
  const account = `AC${'0'.repeat(31)}1`;

  it('are added and lifted by a person, and shown without their numbers', async () => {
    expect((await quail('suppressions', 'list')).stdout).toBe('Nobody has opted out.\n');
    const add = () => quail('suppressions', 'add', '--sender', `${account}/15005550006`, '--number', '+15005550099');
    expect(await add()).toMatchObject({ stdout: '•••99 gets nothing from twilio/AC0000…0001/•••06.\n', stderr: '' });
    for (const written of ['+15005550006', '15005550006', '(500) 555-0006']) {
      const again = await quail('suppressions', 'add', '--sender', `${account}/${written}`, '--number', '+15005550099');
      expect(again.stdout).toContain('already');
    }
    const { stdout } = await quail('suppressions', 'list');
    expect(stdout).toMatch(/ID {2}SENDER .*\n *1 {2}twilio\/AC0000…0001\/•••06 {2}•••99 {3}person/);
    const listed = await quail('suppressions', 'list', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ suppressionId: '1', recipient: '•••99', toldBy: 'person' }]);
    expect(stdout + listed.stdout).not.toContain('5005550');
    expect((await quail('suppressions', 'lift', '1')).stdout).toContain('1 lifted; 0 runs');
    expect(await quail('suppressions', 'lift', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such'),
    });
  });

  it('of a sender that has no lane are told from those that have one', async () => {
    const sender = `${account}/+15005550077`;
    expect(await quail('suppressions', 'add', '--sender', sender, '--number', '+15005550099')).toMatchObject({
      code: 0,
      stderr:
        'There is no lane of twilio/AC0000…0001/•••77 yet. Is it written as its task writes it? quail lanes list\n',
    });
  });

  it.each([
    [['lift'], 'name suppressions, or a number'],
    [['lift', '1', '--number', '+15005550099'], 'name suppressions, or a number'],
    [['add', '--sender', '+15005550006', '--number', '+15005550099'], 'does not name an account and a sender'],
    [['add', '--sender', `${account}/MG1`, '--number', '555'], 'is not a number in full'],
  ])('are named so that nobody is meant by mistake: %s', async (words, message) => {
    expect(await quail('suppressions', ...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

/** Claims both entities of the task; the first one's message is refused. */
async function makeFailedRun(): Promise<void> {
  const scan = await takeDueScan(ledger);
  if (scan === undefined) throw new Error('the task is due');
  const laneId = await ensureLane(ledger, 'twilio/AC00000000000000000000000000000001/+15005550006');
  const entity = (pk: string) => ({ pk, laneId, columns: { entity_pk: Number(pk), phone_number: `+1212555010${pk}` } });
  await claimEntities(ledger, scan, [entity('1')]);
  const [fed] = await feedRuns(ledger, { laneId, highWater: 200 });
  await claimEntities(ledger, scan, [entity('2')]);
  const workerId = randomUUID();
  await registerWorker(ledger, { workerId, host: 'here', pid: 1 });
  const attempts = openAttempts(ledger, { workerId });
  const run = fed && (await attempts.start(fed));
  if (run === undefined) throw new Error('the run may start');
  await attempts.finish({
    runId: run.runId,
    dispatch: run.dispatch,
    state: 'failed',
    spent: true,
    dueInMs: 0,
    verdict: 'refused',
    durationMs: 12,
    httpStatus: 400,
    code: '21211',
    reason: 'no such number',
    excerpt: '{"code":21211}',
  });
}

/** The run's newest attempt was never answered. */
async function makeUnknown(runId: string): Promise<void> {
  const workerId = randomUUID();
  await registerWorker(ledger, { workerId, host: 'test', pid: 1 });
  const fed = await feedRuns(ledger, { laneId: 1, highWater: 10 });
  const dispatch = fed.find((run) => run.runId === runId) ?? (await newestDispatch(runId));
  const attempts = openAttempts(ledger, { workerId });
  await attempts.start(dispatch);
  const unanswered = { state: 'unknown', verdict: 'unknown', code: 'TIMEOUT', reason: 'no answer' } as const;
  await attempts.finish({ ...dispatch, ...unanswered, spent: true, dueInMs: 60_000, durationMs: 12 });
}

async function newestDispatch(runId: string): Promise<{ runId: string; dispatch: number }> {
  const { dispatch = 0 } = (await readRun(ledger, runId)) ?? {};
  return { runId, dispatch };
}
