/** The last way to a Redis: its source, fetched and compiled by redis-memory-server. Needs make and a C compiler, and a minute or two. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processEnv } from '@quailrunner/config';
import type { RedisProgram } from './redis-program.js';

const run = promisify(execFile);

/** 7.2 compiles with nothing but make and a C compiler. */
const version = '7.2.11';

/** Prints where the program is, as its last line. */
const script = `
  const [modulePath, version, downloadDir] = process.argv.slice(1);
  require(modulePath).RedisBinary.getPath({ version, downloadDir }).then(
    (path) => console.log(path),
    (error) => { console.error(error.message); process.exitCode = 1; },
  );`;

/** What an earlier start compiled. */
export const findCompiledRedis = async (cacheDir: string): Promise<RedisProgram | undefined> => {
  const file = join(cacheDir, compiledDir, version, 'redis-server');
  return access(file).then(
    () => ({ file, env: {} }),
    () => undefined,
  );
};

const compiledDir = 'redis-compiled';

/**
 * redis-memory-server looks at the certificate of the server it fetches from only where npm's `strict-ssl` is set in
 * its environment: so it gets a process with an environment of its own.
 */
export const compileRedis = async (cacheDir: string, onProgress: (message: string) => void): Promise<RedisProgram> => {
  onProgress('Fetching and compiling Redis (once, takes a minute or two)…');
  const modulePath = createRequire(import.meta.url).resolve('redis-memory-server');
  const args = ['-e', script, modulePath, version, join(cacheDir, compiledDir)];
  const env = { ...processEnv(), npm_config_strict_ssl: 'true' };
  try {
    const { stdout } = await run(process.execPath, args, { env, maxBuffer: 64 * 1024 * 1024 });
    return { file: stdout.trim().split('\n').at(-1) ?? '', env: {} };
  } catch (cause) {
    const said = String((cause as { stderr?: string }).stderr)
      .trim()
      .split('\n')
      .at(-1);
    throw new Error(`its source could not be fetched and compiled: ${said}`, { cause });
  }
};
