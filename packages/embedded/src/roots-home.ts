/** /var/lib/quailrunner: where PostgreSQL's programs and data live when we are root and it could not get at them elsewhere. */
import { execFile } from 'node:child_process';
import {
  access,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const home = '/var/lib/quailrunner';

export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/** 60 MB, once for each version: written beside its place and moved there whole. */
export const copyPrograms = async (packaged: string): Promise<string> => {
  const { version } = JSON.parse(await readFile(join(packaged, '..', 'package.json'), 'utf8')) as { version: string };
  const target = join(home, `postgresql-${version}`);
  if (await exists(target)) return target;
  const half = `${target}.${process.pid}`;
  await makeHome();
  await cp(packaged, half, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX', half]);
  await rename(half, target).catch(() => rm(half, { recursive: true, force: true }));
  return target;
};

/** The data dir that `user` may use: the wanted one where it can be reached, else one here. */
export const giveDataDir = async (wanted: string, user: PostgresUser): Promise<string> => {
  await mkdir(wanted, { recursive: true });
  await give(wanted, user);
  if (await mayEnter(wanted, user)) return wanted;
  const moved = (await readlink(wanted).catch(() => undefined)) ?? (await moveHere(wanted));
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
const moveHere = async (wanted: string): Promise<string> => {
  await makeHome();
  await sweep();
  const target = await mkdtemp(join(home, 'data-'));
  await writeFile(`${target}.link`, resolve(wanted));
  await rmdir(wanted);
  await symlink(target, wanted);
  return target;
};

/** Data that was wanted in a temporary directory goes when that has gone. Other data is a person's to delete. */
const sweep = async (): Promise<void> => {
  const notes = (await readdir(home)).filter((name) => name.endsWith('.link'));
  for (const note of notes.map((name) => join(home, name))) {
    const link = await readFile(note, 'utf8').catch(() => '');
    if (!link.startsWith(`${tmpdir()}/`) || (await exists(dirname(link)))) continue;
    await rm(note.slice(0, -'.link'.length), { recursive: true, force: true });
    await rm(note, { force: true });
  }
};

const makeHome = async (): Promise<void> => {
  await mkdir(home, { recursive: true, mode: 0o755 });
  await chmod(home, 0o755);
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
