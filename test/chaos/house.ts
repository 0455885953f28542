/** A house to be shaken: stores of its own behind doors, a sandbox that nothing happens to, and the product's processes. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '@quailrunner/sandbox';
import { silentLog } from '@quailrunner/telemetry';
import { account, basic } from '../support/account.js';
import { runQuail } from '../support/quail-process.js';
import { openSeededRandom } from '../support/seeded-random.js';
import { type AppName, type Crew, openCrew } from './crew.js';
import { openPostgresStore, type PostgresStore } from './postgres-store.js';
import { openRedisStore, type RedisStore } from './redis-store.js';

export interface House {
  readonly directory: string;
  readonly postgres: PostgresStore;
  readonly redis: RedisStore;
  /** Its count is the judge. */
  readonly sandbox: Sandbox;
  readonly crew: Crew;
  /** Replaces the sandbox's fault rules. */
  setFaults(rules: readonly object[]): Promise<void>;
  applyTask(name: string, text: string): Promise<void>;
  /** Runs a command to its end; throws what it said when that wasn't 0. */
  quail(...args: string[]): Promise<string>;
  startCrew(count: Readonly<Record<AppName, number>>): Crew;
  /** Ends everything, and deletes all that was written but for what `keepLogs` keeps. */
  close(options: { keepLogs: boolean }): Promise<void>;
}

export interface HouseOptions {
  readonly seed: number;
  readonly monitorPort: number;
  /** Variables of the processes beside where everything is. */
  readonly env: Readonly<Record<string, string>>;
}

export const openHouse = async ({ seed, monitorPort, env }: HouseOptions): Promise<House> => {
  const directory = await mkdtemp(join(tmpdir(), 'quailrunner-chaos-'));
  await chmod(directory, 0o711);
  const logDirectory = join(directory, 'logs');
  await mkdir(logDirectory);
  // Each has draws of its own, so that what one of them does changes nothing for the others.
  const [ofSandbox, ofCrew] = [openSeededRandom(seed + 1), openSeededRandom(seed + 2)];
  const [postgres, redis, sandbox] = await Promise.all([
    openPostgresStore(directory, ['ledger', 'source']),
    openRedisStore(directory),
    startSandbox({ port: 0, accounts: [account] }, { log: silentLog, random: ofSandbox.next }),
  ]);
  const fullEnv = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    DATABASE_URL: postgres.urlOf('ledger'),
    REDIS_URL: redis.door.url,
    SOURCE_DATABASE_URL: postgres.urlOf('source'),
    QUAIL_DATA_DIR: directory,
    QUAIL_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    QUAIL_ADMIN_PASSWORD: randomBytes(12).toString('hex'),
    QUAIL_SECRET_TWILIO_BASIC: basic,
    QUAIL_SECRET_TWILIO_AUTH_TOKEN: account.authToken,
    QUAIL_TWILIO_BASE_URL: sandbox.url,
    QUAIL_ALLOW_PRIVATE_TARGETS: '127.0.0.0/8',
    MONITOR_PORT: String(monitorPort),
    LOG_LEVEL: 'debug',
    LOG_FORMAT: 'json',
    ...env,
  };
  const quail = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runQuail(args, fullEnv);
    if (code !== 0) throw new Error(`quail ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  let crew: Crew = { members: [], ends: () => ({}), close: async () => {} };
  return {
    directory,
    postgres,
    redis,
    sandbox,
    get crew() {
      return crew;
    },
    setFaults: async (rules) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ rules });
      const answer = await fetch(`${sandbox.url}/sandbox/faults`, { method: 'PUT', headers, body });
      if (!answer.ok) throw new Error(`the sandbox refused its faults: ${await answer.text()}`);
    },
    applyTask: async (name, text) => {
      const path = join(directory, `${name}.sql`);
      await writeFile(path, text);
      await quail('task', 'apply', path);
    },
    quail,
    startCrew: (count) => {
      crew = openCrew({ count, env: fullEnv, logDirectory, random: ofCrew });
      return crew;
    },
    close: async ({ keepLogs }) => {
      await crew.close();
      await Promise.all([postgres.close(), redis.close(), sandbox.close()]);
      if (!keepLogs) await rm(directory, { recursive: true, force: true });
    },
  };
};
