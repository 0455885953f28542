/**
 * How commands find a running `quail up` or `quail demo`: while it runs, its data directory holds a file with the
 * addresses of its stores, readable by its owner only. It counts only where no store is named in the environment.
 */
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readConfig } from '@quailrunner/config';

interface Running {
  readonly pid: number;
  /** Variables that others need to join in. */
  readonly env: Readonly<Record<string, string>>;
}

const fileOf = (dataDir: string): string => join(dataDir, 'running.json');

/** Until `close`, commands of this data directory use these variables. */
export const publishRunning = async (dataDir: string, env: Running['env']): Promise<{ close(): Promise<void> }> => {
  const running: Running = { pid: process.pid, env };
  await rm(fileOf(dataDir), { force: true });
  await writeFile(fileOf(dataDir), JSON.stringify(running), { mode: 0o600 });
  return { close: () => rm(fileOf(dataDir), { force: true }) };
};

/** The environment as it is, or completed by what runs in its data directory. */
export const joinRunning = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const { databaseUrl, redisUrl, dataDir } = readConfig(env);
  if (databaseUrl !== undefined || redisUrl !== undefined) return env;
  const running = readRunning(dataDir);
  return running !== undefined && isAlive(running.pid) ? { ...running.env, ...env } : env;
};

/** The configuration of a command that works on a running Quailrunner. */
export const readJoinedConfig = (env: NodeJS.ProcessEnv): Config => readConfig(joinRunning(env));

const readRunning = (dataDir: string): Running | undefined => {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8'));
  } catch {
    return undefined;
  }
};

/** EPERM: it lives, and is somebody else's. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};
