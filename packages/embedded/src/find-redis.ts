/**
 * Finds a real Redis, or brings one: on PATH, else unpacked from Debian's packages, else compiled. What was brought
 * stays in the cache, so it is brought once.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processEnv } from '@quailrunner/config';
import { QuailError } from '@quailrunner/domain';
import { compileRedis, findCompiledRedis } from './compile-redis.js';
import { findUnpackedRedis, unpackDebianRedis } from './debian-redis.js';
import type { RedisProgram } from './redis-program.js';
import { waysOut } from './ways-out.js';

const run = promisify(execFile);

type Progress = (message: string) => void;

/** Of the ways to a Redis the quickest that works: what is there, then what is fetched, then what is compiled. */
export const findRedis = async (onProgress: Progress): Promise<RedisProgram> => {
  const cacheDir = join(processEnv().XDG_CACHE_HOME || join(homedir(), '.cache'), 'quailrunner');
  const there = [...onPath, await findUnpackedRedis(cacheDir), await findCompiledRedis(cacheDir)];
  for (const program of there) if (program && (await isUsable(program))) return program;
  await mkdir(cacheDir, { recursive: true });
  const misses: string[] = [];
  for (const bring of [unpackDebianRedis, compileRedis]) {
    try {
      const program = await bring(cacheDir, onProgress);
      if (await isUsable(program)) return program;
      misses.push(`${program.file} does not run`);
    } catch (error) {
      misses.push((error as Error).message);
    }
  }
  throw new QuailError('REDIS_MISSING', waysOut('Redis', misses.join('; ')));
};

const onPath: readonly RedisProgram[] = ['redis-server', 'valkey-server'].map((file) => ({ file, env: {} }));

/** BullMQ asks for Redis 6.2 or newer. */
const isUsable = async ({ file, env }: RedisProgram): Promise<boolean> => {
  const options = Object.keys(env).length > 0 ? { env: { PATH: '/usr/bin:/bin', ...env } } : {};
  const said = await run(file, ['--version'], options).catch(() => ({ stdout: '' }));
  const version = /v=(\d+)\.(\d+)/.exec(said.stdout);
  return version !== null && Number(version[1]) * 100 + Number(version[2]) >= 602;
};
