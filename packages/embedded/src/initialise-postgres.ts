/** The first start of a PostgreSQL data dir: made beside its place and moved there whole, so that a half-made one is never used. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QuailError, scrub } from '@quailrunner/domain';
import type { PostgresProgram } from './postgres-program.js';
import { waysOut } from './ways-out.js';

const run = promisify(execFile);

/** PostgreSQL takes nothing of our environment: its locale and clock are the same on every machine. */
export const postgresEnv = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export interface InitialiseOptions {
  readonly superuser: string;
  readonly temporary: boolean;
}

/** Gives the superuser's password, which lies with the data, readable by its owner only. */
export const initialise = async (program: PostgresProgram, options: InitialiseOptions): Promise<string> => {
  if (!(await isInitialised(program.dataDir))) await makeDataDir(program, options);
  return readFile(join(program.dataDir, passwordFile), 'utf8');
};

const passwordFile = 'quailrunner.password';

/** Of two processes that make it at once, the second finds the first one's in its place. */
const makeDataDir = async (program: PostgresProgram, options: InitialiseOptions): Promise<void> => {
  const half = `${program.dataDir}.${process.pid}`;
  const newPassword = `${half}.password`;
  try {
    await makeOwn(program, half, newPassword);
    await runInitdb(program, { ...options, dir: half, newPassword });
    await rename(newPassword, join(half, passwordFile));
    await rename(half, program.dataDir);
  } catch (cause) {
    if (await isInitialised(program.dataDir)) return;
    throw new QuailError('POSTGRESQL_INIT_FAILED', waysOut('PostgreSQL', reasonOf(cause)), { cause });
  } finally {
    await Promise.all([half, newPassword].map((path) => rm(path, { recursive: true, force: true })));
  }
};

const isInitialised = (dataDir: string): Promise<boolean> =>
  access(join(dataDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );

const makeOwn = async (program: PostgresProgram, dir: string, newPassword: string): Promise<void> => {
  await mkdir(dir, { mode: 0o700 });
  await writeFile(newPassword, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  const { user } = program;
  if (user) await Promise.all([dir, newPassword].map((path) => chown(path, user.uid, user.gid)));
};

const runInitdb = async (
  program: PostgresProgram,
  { superuser, temporary, dir, newPassword }: InitialiseOptions & { dir: string; newPassword: string },
): Promise<void> => {
  const args = [
    `--pgdata=${dir}`,
    `--username=${superuser}`,
    `--pwfile=${newPassword}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(temporary ? ['--no-sync'] : []),
  ];
  await run(join(program.binDir, 'initdb'), args, { cwd: dir, env: postgresEnv, ...program.user });
};

const reasonOf = (error: unknown): string =>
  scrub(String((error as { stderr?: string }).stderr || (error as Error).message).trim());
