/** The first start of a PostgreSQL data dir: made beside its place and moved there whole, so that a half-made one is never used. */
import { execFile } from 'node:child_process';
import { access, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
  readonly password: string;
  readonly temporary: boolean;
}

export const initialise = async (program: PostgresProgram, options: InitialiseOptions): Promise<void> => {
  if (await isInitialised(program.dataDir)) return;
  const half = `${program.dataDir}.${process.pid}`;
  const passwordFile = `${half}.password`;
  try {
    await makeOwn(program, half, passwordFile, options.password);
    await runInitdb(program, half, passwordFile, options);
    await rename(half, program.dataDir);
  } catch (cause) {
    if (await isInitialised(program.dataDir)) return;
    throw new QuailError('POSTGRES_INIT_FAILED', waysOut('PostgreSQL', reasonOf(cause)), { cause });
  } finally {
    await Promise.all([half, passwordFile].map((path) => rm(path, { recursive: true, force: true })));
  }
};

const isInitialised = (dataDir: string): Promise<boolean> =>
  access(join(dataDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  );

const makeOwn = async (
  program: PostgresProgram,
  dir: string,
  passwordFile: string,
  password: string,
): Promise<void> => {
  await mkdir(dir, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  const { user } = program;
  if (user) await Promise.all([dir, passwordFile].map((path) => chown(path, user.uid, user.gid)));
};

const runInitdb = async (
  program: PostgresProgram,
  dir: string,
  passwordFile: string,
  { superuser, temporary }: InitialiseOptions,
): Promise<void> => {
  const args = [
    `--pgdata=${dir}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
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
