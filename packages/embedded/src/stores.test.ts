import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../test/support/index.js';
import { findRedis } from './find-redis.js';
import { startEmbeddedStores, startPostgres, startRedis } from './index.js';

let dataDir: string;
const cleanups: (() => Promise<void>)[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quailrunner-embedded-'));
  await chmod(dataDir, 0o711);
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await rm(dataDir, { recursive: true, force: true });
});

/** What Redis answers to one command, as it comes over the wire. */
const askRedis = (url: string, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, password } = new URL(url);
    const auth = password ? `AUTH ${password}\r\n` : '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(`${auth}${command}\r\nQUIT\r\n`));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
  });

const askPostgres = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};

const isListening = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const settle = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the embedded stores', () => {
  it('hold what was written over a restart, in a directory that only we can enter', async () => {
    await chmod(dataDir, 0o700);
    const first = await startEmbeddedStores({ dataDir });
    await askPostgres(await first.databaseUrl('ledger'), 'create table kept as select 1 as one');
    await askRedis(first.redisUrl, 'SET kept 1');
    await first.close();
    const second = await startEmbeddedStores({ dataDir });
    cleanups.push(second.close);
    expect(await askPostgres(await second.databaseUrl('ledger'), 'select one from kept')).toEqual([{ one: 1 }]);
    expect(await askRedis(second.redisUrl, 'GET kept')).toContain('$1\r\n1');
    expect(await askRedis(second.redisUrl, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
  });

  it('take nobody who does not know the password, which only their owner can read', async () => {
    const stores = await startEmbeddedStores({ dataDir });
    cleanups.push(stores.close);
    const url = new URL(await stores.databaseUrl('ledger'));
    url.password = 'guessed';
    await expect(askPostgres(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await askRedis(stores.redisUrl.replace(/:[^:@]+@/, ''), 'PING')).toContain('NOAUTH');
    const files = ['redis/redis.conf', 'postgres/quailrunner.password'].map((file) => join(dataDir, file));
    for (const file of files) expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it('end with the process that started them, even when that is killed', async () => {
    const script = `
      const { startEmbeddedStores } = await import('@quailrunner/embedded');
      const stores = await startEmbeddedStores({ dataDir: process.argv[1] });
      console.log(JSON.stringify([await stores.databaseUrl('ledger'), stores.redisUrl]));
      setInterval(() => {}, 1_000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const urls: string[] = [];
    createInterface(owner.stdout).once('line', (line) => urls.push(...(JSON.parse(line) as string[])));
    await waitUntil(() => urls.length === 2, { what: 'both stores to be up' });
    owner.kill('SIGKILL');
    for (const url of urls) await waitUntil(async () => !(await isListening(url)), { what: `the end of ${url}` });
  });

  it('are refused a data dir that another process uses', async () => {
    const stores = await startEmbeddedStores({ dataDir });
    cleanups.push(stores.close);
    await expect(startEmbeddedStores({ dataDir })).rejects.toMatchObject({ code: 'EMBEDDED_IN_USE' });
    expect(await askRedis(stores.redisUrl, 'PING')).toContain('PONG');
  });

  it('say what to do when the data dir can not be made', async () => {
    await writeFile(join(dataDir, 'file'), '');
    const tried = startEmbeddedStores({ dataDir: join(dataDir, 'file', 'data') });
    await expect(tried).rejects.toThrow(/QUAIL_DATA_DIR/);
  });
});

describe('a start after a crash', () => {
  it('ends a server that lost its guard, and goes on with its data', async () => {
    const redis = await startRedis({ dataDir });
    await askRedis(redis.url, 'SET kept 1');
    await redis.close();
    const { file, env } = await findRedis(() => {});
    const home = join(dataDir, 'redis');
    const orphan = spawn(file, [join(home, 'redis.conf')], {
      cwd: home,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    await waitUntil(async () => (await readFile(join(home, 'redis.pid'), 'utf8').catch(() => '')).trim(), {
      what: 'the pid file of the orphan',
    });
    const next = await startRedis({ dataDir });
    cleanups.push(next.close);
    // Told to stop before it listens to that, it ends by the signal itself.
    const hasEnded = () => orphan.exitCode === 0 || orphan.signalCode === 'SIGINT';
    await waitUntil(hasEnded, { what: 'the end of the orphan' });
    expect(await askRedis(next.url, 'GET kept')).toContain('$1\r\n1');
  });

  it('leaves a stranger alone who carries the number of a server that is gone', async () => {
    const first = await startPostgres({ dataDir });
    await first.close();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    cleanups.push(async () => void stranger.kill());
    await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), `${stranger.pid}\n`);
    const second = await startPostgres({ dataDir });
    cleanups.push(second.close);
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  });
});

describe('stores for a test run', () => {
  it('leave nothing behind', async () => {
    const [postgres, redis] = await Promise.all([
      startPostgres({ dataDir, temporary: true }),
      startRedis({ dataDir, temporary: true }),
    ]);
    await Promise.all([postgres.close(), redis.close()]);
    expect(await readdir(dataDir)).toEqual(['postgres.log']);
  });
});
