import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeStdin, makeTerminal } from '../../../test/support/terminal.js';
import { runCli } from './run-cli.js';
import { joinRunning, publishRunning } from './running.js';

const quail = async (args: string[], env: Record<string, string> = {}) => {
  const { terminal, read } = makeTerminal();
  const code = await runCli(args, { terminal, env, stdin: makeStdin() });
  return { code, ...read() };
};

describe('what is not understood', () => {
  it.each([
    [['nonsense'], /unknown command 'nonsense'/],
    [[], /Usage: quail/],
    [['task'], /Usage: quail task/],
    [['task', 'check'], /missing required argument 'paths'/],
    [['runs', 'list', '--state', 'done'], /^quail: --state: "done" is not a state of a run: they are pending, queued,/],
    [['runs', 'list', '--limit', '0'], /^quail: --limit: "0" is not a whole number from 1 to 10000\n/],
    [
      ['runs', 'list', '--since', 'yesterday'],
      /^quail: --since: "yesterday" is neither a time such as 2026-03-01T12:00 nor a duration such as 30m, 2h or 7d\n/,
    ],
    [['runs', 'list', '--until', '2026-02-31'], /^quail: --until: "2026-02-31" is neither a time such as/],
    [['runs', 'list', '--since', '2026-03-01T25:00'], /^quail: --since: "2026-03-01T25:00" is neither a time such as/],
    [['runs', 'list', '--since', '1h', '--until', '2h'], /^quail: --since must be earlier than --until\n/],
    [
      ['runs', 'list', '--lane', 'fast'],
      /^quail: --lane: "fast" is not a lane's number: `quail lanes list` shows them/,
    ],
    [['runs', 'show', 'one'], /^quail: "one" is not a run's id: that is a number, /],
    [['runs', 'retry', '1', "it's"], /^quail: "it's" is not a run's id: /],
    [['runs', 'retry'], /name runs, or a task/],
    [['runs', 'retry', '1', '--task', 'welcome'], /not both/],
    [['runs', 'retry', '1', '--code', '30003'], /--code goes with --task/],
    [['runs', 'retry', '1', '--yes'], /--yes goes with --task/],
    [['runs', 'retry', '--task', 'welcome', '--since', 'then'], /^quail: --since: "then" is neither a time/],
    [['runs', 'resolve'], /missing required argument/],
    [['runs', 'resolve', '1'], /the last word says what became of the runs: sent or not-sent/],
    [['runs', 'resolve', 'sent'], /name the runs: quail runs resolve 42 sent/],
    [['runs', 'resolve', '1', 'x', 'sent'], /"x" is not a run's id: /],
    [['lanes', 'pause', 'fast'], /^quail: "fast" is not a lane's number: /],
    [['demo', '--users', '-1'], /whole number from 1/],
    [['demo', '--port', '70000'], /"70000" is not a whole number from 0 to 65535/],
    [['up', '--workers', 'many'], /whole number from 1 to 64/],
    [['sandbox', '--public-url', 'here'], /^quail: --public-url: "here" is not an address: that begins with http:/],
  ])('%j is a usage error', async (args, said) => {
    const { code, stdout, stderr } = await quail(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(said);
  });

  it('is no error when somebody asks for help', async () => {
    const { code, stdout, stderr } = await quail(['runs', 'retry', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: quail runs retry/);
  });

  it('is no error when somebody asks for the version', async () => {
    const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await quail(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('what fails', () => {
  it('names every variable that is missing, with the way out, and no stack', async () => {
    const { code, stderr } = await quail(['runs', 'list'], { QUAIL_DATA_DIR: '/nowhere' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^quail: DATABASE_URL[\s\S]*→[\s\S]*REDIS_URL[\s\S]*→[\s\S]*QUAIL_ENCRYPTION_KEY/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('shows its stack to whoever debugs', async () => {
    expect((await quail(['runs', 'list'], { QUAIL_DATA_DIR: '/nowhere', LOG_LEVEL: 'debug' })).stderr).toMatch(
      /\n\s+at /,
    );
  });

  it('says at once that the ledger is away', async () => {
    const env = {
      DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x',
      REDIS_URL: 'redis://127.0.0.1:1',
      QUAIL_ENCRYPTION_KEY: '0'.repeat(64),
    };
    const { code, stderr } = await quail(['task', 'list'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ECONNREFUSED[\s\S]*→/);
    expect(stderr).not.toContain('u:p');
  });
});

describe('a running quail up', () => {
  let dataDir: string;
  const stores = { DATABASE_URL: 'postgres://127.0.0.1/own', REDIS_URL: 'redis://127.0.0.1:7' };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'quailrunner-running-'));
  });

  afterEach(() => rm(dataDir, { recursive: true }));

  it('is joined by the commands of its data directory, until it ends', async () => {
    const env = { QUAIL_DATA_DIR: dataDir, SCAN_INTERVAL: '5s' };
    const running = await publishRunning(dataDir, stores);
    expect(joinRunning(env)).toEqual({ ...stores, ...env });
    await running.close();
    expect(joinRunning(env)).toEqual(env);
  });

  it('tells its addresses to its owner only', async () => {
    await publishRunning(dataDir, stores);
    expect((await stat(join(dataDir, 'running.json'))).mode & 0o777).toBe(0o600);
  });

  it('does not mix with stores that the environment names', async () => {
    const env = { QUAIL_DATA_DIR: dataDir, REDIS_URL: 'redis://elsewhere:6379' };
    await publishRunning(dataDir, stores);
    expect(joinRunning(env)).toEqual(env);
  });
});
