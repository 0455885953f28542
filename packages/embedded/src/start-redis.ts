/**
 * Redis as a child of ours: a free port on 127.0.0.1, a data dir of its own. Never evicts: BullMQ needs every key it
 * wrote. A password that only its configuration file (0600) and our URL know keeps other users of the machine out.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { QuailError, scrub } from '@quailrunner/domain';
import { type BoundProcess, startBound } from './bound-process.js';
import { findRedis } from './find-redis.js';
import { findFreePort } from './free-port.js';
import { clearLeftover } from './leftover.js';
import type { RedisProgram } from './redis-program.js';
import { waitUntilUp } from './wait-until-up.js';
import { asStoreFault, waysOut } from './ways-out.js';

export interface RedisOptions {
  /** Ours to write: holds Redis's files, its configuration and its log. */
  readonly dataDir: string;
  /** For tests: nothing is written to disk, and `close` deletes the directory of the data. */
  readonly temporary?: boolean;
  /** Logical databases; 16 unless set. */
  readonly databases?: number;
  /** Called with a line for a person when something slow is about to happen (a download, say). */
  readonly onProgress?: (message: string) => void;
}

export interface Redis {
  readonly url: string;
  close(): Promise<void>;
}

const startTries = 3;

/** @throws QuailError whose message says what can't be had and the ways out. */
export const startRedis = (options: RedisOptions): Promise<Redis> =>
  start(options).catch((cause: unknown) => {
    throw asStoreFault('Redis', cause);
  });

const start = async (options: RedisOptions): Promise<Redis> => {
  const program = await findRedis(options.onProgress ?? (() => {}));
  const redisDir = join(options.dataDir, 'redis');
  await mkdir(redisDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(redisDir);
  await clearLeftover(join(dataDir, 'redis.pid'), dataDir);
  const password = randomBytes(24).toString('base64url');
  const { server, port } = await launch(program, { ...options, dataDir }, password);
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    close: async () => {
      await server.stop();
      if (options.temporary) await rm(dataDir, { recursive: true, force: true });
    },
  };
};

const launch = async (
  program: RedisProgram,
  options: RedisOptions,
  password: string,
): Promise<{ server: BoundProcess; port: number }> => {
  const logPath = join(options.dataDir, 'redis.log');
  for (let left = startTries; left > 0; left -= 1) {
    const port = await findFreePort();
    const server = await startServer(program, options, { port, password, logPath });
    if (await waitUntilUp(server, () => answers(port, password))) return { server, port };
    await server.stop();
  }
  const said = await readFile(logPath, 'utf8').catch(() => '');
  const why = scrub(said.trim().split('\n').slice(-3).join(' ')) || 'it did not answer';
  throw new QuailError('REDIS_FAILED', waysOut('Redis', why));
};

const startServer = async (
  program: RedisProgram,
  options: RedisOptions,
  { port, password, logPath }: { port: number; password: string; logPath: string },
): Promise<BoundProcess> => {
  const configPath = join(options.dataDir, 'redis.conf');
  await writeFile(configPath, configure(options, port, password), { mode: 0o600 });
  const log = await open(logPath, 'w', 0o600);
  try {
    return startBound({
      file: program.file,
      args: [configPath],
      cwd: options.dataDir,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...program.env },
      logFd: log.fd,
      stopSignal: 'TERM',
    });
  } finally {
    await log.close();
  }
};

const configure = (options: RedisOptions, port: number, password: string): string =>
  [
    'bind 127.0.0.1',
    'protected-mode yes',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(options.dataDir)}`,
    `pidfile ${JSON.stringify(join(options.dataDir, 'redis.pid'))}`,
    'daemonize no',
    `databases ${options.databases ?? 16}`,
    'maxmemory-policy noeviction',
    'save ""',
    ...(options.temporary ? ['appendonly no'] : ['appendonly yes', 'appendfsync everysec']),
    '',
  ].join('\n');

/** Redis speaks as soon as it listens, but answers PING with -LOADING until its file is read. */
const answers = (port: number, password: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let said = '';
    const settle = (up: boolean) => {
      socket.destroy();
      resolve(up);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.on('data', (chunk) => {
      said += chunk;
      if (said.includes('+PONG')) settle(true);
      else if (said.includes('-')) settle(false);
    });
  });
