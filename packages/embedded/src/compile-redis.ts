/** The last way to a Redis: its source, fetched and compiled by redis-memory-server. Needs make and a C compiler, and a minute or two. */
import { join } from 'node:path';
import type { RedisProgram } from './redis-program.js';

/** 7.2 compiles with nothing but make and a C compiler. */
const version = '7.2.11';

export const compileRedis = async (cacheDir: string, onProgress: (message: string) => void): Promise<RedisProgram> => {
  onProgress('Fetching and compiling Redis (once, takes a minute or two)…');
  const { RedisBinary } = await import('redis-memory-server');
  try {
    return { file: await RedisBinary.getPath({ version, downloadDir: join(cacheDir, 'redis-compiled') }), env: {} };
  } catch (cause) {
    throw new Error(`its source could not be fetched and compiled: ${(cause as Error).message}`, { cause });
  }
};
