import { advanceBulkRetries, ensureLane, readAudit, readBulkRetries } from '@quailrunner/ledger';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { endWaiting, makeFailed } from '../../../../packages/ledger/test/make-failed.js';
import { makeKey, makeLedger, makeScan, type TestLedger } from '../../../../packages/ledger/test/make-ledger.js';
import { makeStdin, makeTerminal } from '../../../../test/support/terminal.js';
import { waitUntil } from '../../../../test/support/wait-until.js';
import { runCli } from '../run-cli.js';

let test: TestLedger;
let failed: string[];

beforeEach(async () => {
  test = await makeLedger();
  const scan = await makeScan(test.ledger);
  const laneId = await ensureLane(test.ledger, `twilio/AC${'0'.repeat(31)}1/+15005550006`, { defaultRate: 0.5 });
  failed = [
    ...(await makeFailed(test, scan, { count: 3, laneId, code: '30003', ago: 7_200 })),
    ...(await makeFailed(test, scan, { count: 1, laneId, code: '30007', ago: 60 })),
  ];
});
afterEach(() => test.close());

const run = async (answers: readonly string[] | undefined, ...args: string[]) => {
  const { terminal, read } = makeTerminal(answers);
  const env = {
    DATABASE_URL: test.url,
    REDIS_URL: inject('redisUrl'),
    QUAIL_ENCRYPTION_KEY: makeKey().toString('hex'),
  };
  const code = await runCli(['runs', ...args], { terminal, env, stdin: makeStdin() });
  return { code, ...read() };
};
const quail = (...args: string[]) => run(undefined, ...args);
const countState = async (state: string): Promise<number> =>
  (await test.ask<{ runs: number }>('select count(*)::int as runs from quailrunner.runs where state = $1', [state]))[0]
    ?.runs ?? 0;
const retries = () => readBulkRetries(test.ledger, { limit: 9 });

describe('a retry of a task', () => {
  it('shows how many in which lanes with which codes, and takes a word before it begins', async () => {
    const { code, stdout, stderr } = await quail('retry', '--task', 'welcome');
    expect(stdout).toMatch(
      /RUNS {2}LANE {2}KEY +STATE +RATE +TAKES\n +4 +1 {2}twilio\/AC0000…0001\/•••06 +open +30\/min +8s/,
    );
    expect(stdout).toMatch(/RUNS {2}CODE +REASON\n +3 {2}30003 +because of 30003\n +1 {2}30007 +because of 30007/);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'quail: nobody is here to be asked. To retry 4 failed runs, say --yes.\n',
    });
    expect(await retries()).toEqual([]);
  });

  it.each(['n', '', 'no'])('does nothing after the answer %j', async (answer) => {
    const { code, stderr } = await run([answer], 'retry', '--task', 'welcome');
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/Retry 4 failed runs\? \[y\/N\] .*Nothing was retried\.\n$/s),
    ]);
    expect(await retries()).toEqual([]);
  });

  it('begins after a yes, or without a question, and says how to see and stop it', async () => {
    const asked = await run(['y'], 'retry', '--task', 'welcome', '--code', '30003', '--since', '3h', '--until', '1h');
    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('Retry 1 has started: 3 runs') });
    expect(asked.stderr).toContain('quail runs retries stop 1');
    expect(await quail('retry', '--task', 'welcome', '--since', '1h', '--yes')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Retry 2 has started: 1 run,'),
    });
    const [second, first] = await retries();
    expect(first).toMatchObject({ by: { kind: 'cli' }, filter: { task: 'welcome', code: '30003' }, total: 3 });
    expect(second?.filter).toMatchObject({ task: 'welcome', since: expect.any(Date) });
  });

  it('of what has not failed so is none', async () => {
    for (const args of [
      ['--code', '1'],
      ['--until', '2020-01-01'],
    ]) {
      const { code, stdout } = await quail('retry', '--task', 'welcome', '--yes', ...args);
      expect([code, stdout]).toEqual([
        0,
        expect.stringMatching(/^No run of welcome has failed (with code 1|in that time)\.\n$/),
      ]);
    }
    expect(await quail('retry', '--task', 'nope')).toMatchObject({ code: 1, stderr: expect.stringMatching('nope') });
  });

  it('is followed until it is finished', async () => {
    const following = quail('retry', '--task', 'welcome', '--yes', '--wait');
    await waitUntil(async () => (await advanceBulkRetries(test.ledger)) > 0, { what: 'the retry to begin' });
    await endWaiting(test, 'completed', 3);
    await endWaiting(test, 'failed', 1);
    await advanceBulkRetries(test.ledger);
    const { code, stdout } = await following;
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nRetry 1 is finished: 3 completed, 1 failed again\.\n$/);
  });
});

describe('retries', () => {
  it('are listed with what became of their runs, and stopped by their number', async () => {
    expect((await quail('retries')).stdout).toMatch(/^No retries of many runs yet/);
    await quail('retry', '--task', 'welcome', '--code', '30003', '--yes');
    expect((await quail('retries')).stdout).toMatch(
      /RETRY {2}OF +STATE +BY .*\n +1 {2}welcome, 30003 {2}running .* 0 +3 {2}0 completed, 0 failed again/,
    );
    expect(JSON.parse((await quail('retries', '--json')).stdout)).toMatchObject([{ retryId: '1', total: 3, moved: 0 }]);
    expect(await quail('retries', 'stop', '1')).toMatchObject({
      code: 0,
      stdout: 'Retry 1 is stopped. 0 runs given back: failed, as before.\n',
    });
    expect(await quail('retries', 'stop', '1')).toMatchObject({ code: 0, stdout: 'Retry 1 is stopped already.\n' });
    expect(await quail('retries', 'stop', '9')).toMatchObject({ code: 1, stderr: expect.stringMatching('no retry 9') });
    expect(await quail('retries', 'stop', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching("retry's number"),
    });
  });
});

describe('canceling', () => {
  it('takes the runs that wait, and says of the others why not', async () => {
    const [first = '', second = '', third = ''] = failed;
    await quail('retry', first);
    await test.ask(`update quailrunner.runs set state = 'unknown', finished_at = null where id = $1`, [second]);
    expect(await quail('cancel', first, second, third, '999')).toMatchObject({
      code: 1,
      stdout: '1 run canceled.\n',
      stderr: [
        `Run ${second} was not canceled: it may have been sent already; say what became of it instead: quail runs resolve.`,
        `Run ${third} was not canceled: it has failed, and nothing is sent unless somebody retries it.`,
        'Run 999 was not canceled: it does not exist.\n',
      ].join('\n'),
    });
    expect(await readAudit(test.ledger, { limit: 9 }, { act: 'run.canceled' })).toMatchObject([
      { by: { kind: 'cli' }, subject: { kind: 'run', id: first } },
    ]);
  });

  it('takes all that a task has waiting, once somebody has said so', async () => {
    await quail('retry', ...failed);
    expect(await quail('cancel', '--task', 'welcome')).toMatchObject({
      code: 2,
      stderr: 'quail: nobody is here to be asked. To cancel 4 runs of welcome, say --yes.\n',
    });
    expect(await run(['no'], 'cancel', '--task', 'welcome')).toMatchObject({ code: 0, stdout: '' });
    expect(await countState('pending')).toBe(4);
    expect(await run(['yes'], 'cancel', '--task', 'welcome')).toMatchObject({ code: 0, stdout: '4 runs canceled.\n' });
    expect(await countState('canceled')).toBe(4);
    expect(await quail('cancel', '--task', 'welcome', '--yes')).toMatchObject({
      code: 0,
      stdout: '0 runs canceled.\n',
    });
    expect(await quail('cancel', '--task', 'nope', '--yes')).toMatchObject({ code: 1 });
  });

  it.each([[[]], [['1', '--task', 'welcome']]])('of %j is a usage error', async (args) => {
    expect(await quail('cancel', ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching('name runs, or a task'),
    });
  });
});
