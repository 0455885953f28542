/**
 * Redis out of Debian's (or Ubuntu's) packages, unpacked into the cache without being root and without touching the
 * system. apt checks the packages' signatures; where it knows no lists yet, it gets them into a directory of ours.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RedisProgram } from './redis-program.js';

const run = promisify(execFile);

/** `redis-server` is a link into the package of the tools. */
const packages = ['redis-server', 'redis-tools'];

/** The packages of the libraries that a bare system may miss. */
const packageOfLibrary: Readonly<Record<string, readonly string[]>> = {
  'libjemalloc.so.2': ['libjemalloc2'],
  'liblzf.so.1': ['liblzf1'],
  'libatomic.so.1': ['libatomic1'],
  'libsystemd.so.0': ['libsystemd0'],
  'libcap.so.2': ['libcap2'],
  'libssl.so.3': ['libssl3', 'libssl3t64'],
  'libcrypto.so.3': ['libssl3', 'libssl3t64'],
};

/** What an earlier start unpacked. */
export const findUnpackedRedis = (cacheDir: string): Promise<RedisProgram | undefined> => readProgram(homeIn(cacheDir));

const homeIn = (cacheDir: string): string => join(cacheDir, 'redis-debian');

/** Takes the place of one that no longer runs; where another process was quicker, its is as good. */
export const unpackDebianRedis = async (
  cacheDir: string,
  onProgress: (message: string) => void,
): Promise<RedisProgram> => {
  const home = homeIn(cacheDir);
  onProgress('Fetching Redis (a Debian package, once)…');
  const half = await mkdtemp(`${home}-`);
  try {
    const apt = await openApt(half);
    for (const name of packages) await unpack(apt, name);
    await addLibraries(apt);
    await rm(home, { recursive: true, force: true });
    await rename(apt.root, home).catch(() => {});
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  const program = await readProgram(home);
  if (!program) throw new Error("Debian's packages hold no redis-server");
  return program;
};

interface Apt {
  readonly dir: string;
  readonly root: string;
  readonly options: readonly string[];
}

/** As root apt would fetch as another user, who can't write to our directory. */
const asOurselves = ['-o', 'APT::Sandbox::User='];

const openApt = async (dir: string): Promise<Apt> => {
  const root = join(dir, 'root');
  await mkdir(root);
  const known: Apt = { dir, root, options: asOurselves };
  try {
    await download(known, 'redis-server');
    return known;
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') throw new Error('this is no Debian or Ubuntu (no apt-get)');
  }
  return updateOwnLists(dir, root);
};

const updateOwnLists = async (dir: string, root: string): Promise<Apt> => {
  const state = join(dir, 'state');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(state, 'cache', 'archives', 'partial'), { recursive: true });
  const options = [
    ...asOurselves,
    ...['-o', `Dir::State=${state}`, '-o', `Dir::Cache=${join(state, 'cache')}`],
    ...['-o', `Dir::State::lists=${join(state, 'lists')}`, '-o', 'Dir::State::status=/var/lib/dpkg/status'],
    ...['-o', 'Acquire::Languages=none'],
  ];
  const apt: Apt = { dir, root, options };
  await run('apt-get', [...options, '--quiet', 'update'], { cwd: dir }).catch((error: unknown) => {
    throw new Error(`apt-get update failed: ${firstError(error)}`);
  });
  return apt;
};

const download = (apt: Apt, name: string) =>
  run('apt-get', [...apt.options, '--quiet', 'download', name], { cwd: apt.dir });

const unpack = async (apt: Apt, name: string): Promise<void> => {
  await download(apt, name).catch((error: unknown) => {
    throw new Error(`apt-get download ${name} failed: ${firstError(error)}`);
  });
  const file = (await readdir(apt.dir)).find((entry) => entry.startsWith(`${name}_`));
  if (!file) throw new Error(`apt-get download ${name} brought nothing`);
  await run('dpkg', ['-x', join(apt.dir, file), apt.root]);
};

const addLibraries = async (apt: Apt): Promise<void> => {
  const { stdout } = await run('ldd', [join(apt.root, 'usr/bin/redis-server')]);
  const missing = [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] as string);
  for (const library of missing) await addLibrary(apt, library);
};

const addLibrary = async (apt: Apt, library: string): Promise<void> => {
  const names = packageOfLibrary[library] ?? [];
  for (const name of names) {
    const had = await unpack(apt, name).then(
      () => true,
      () => false,
    );
    if (had) return;
  }
  throw new Error(`Debian's Redis needs ${library}, which could not be fetched`);
};

const readProgram = async (home: string): Promise<RedisProgram | undefined> => {
  const libraryDirs = await Promise.all(['lib', 'usr/lib'].map((dir) => readTripletDirs(join(home, dir))));
  const programs = await readdir(join(home, 'usr/bin')).catch((): string[] => []);
  if (!programs.includes('redis-server')) return undefined;
  return { file: join(home, 'usr/bin/redis-server'), env: { LD_LIBRARY_PATH: libraryDirs.flat().join(':') } };
};

/** `lib/x86_64-linux-gnu` and its like. */
const readTripletDirs = async (dir: string): Promise<string[]> => {
  const entries = await readdir(dir).catch((): string[] => []);
  return entries.filter((entry) => entry.includes('-linux-')).map((entry) => join(dir, entry));
};

const firstError = (error: unknown): string => {
  const text = String((error as { stderr?: string }).stderr || (error as Error).message);
  return text.split('\n').find((line) => line.startsWith('E:')) ?? text.split('\n')[0] ?? '';
};
