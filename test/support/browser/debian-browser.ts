/**
 * Chromium out of Debian's packages: installed as root, else unpacked into the cache without being root and without
 * touching the system. apt says which packages are missing here, and checks their signatures.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Unpacked {
  readonly file: string;
  readonly libraryPath: string;
}

type Progress = (message: string) => void;

/** The shell has all that a page sees and no windows: it takes half the room. Older releases don't have it. */
const packages = ['chromium-headless-shell', 'chromium'];
const programs = packages.map((name) => `usr/lib/chromium/${name}`);

const installArgs = ['--quiet', '--yes', '--no-install-recommends'];

export const installDebianBrowser = async (onProgress: Progress): Promise<{ file: string }> => {
  onProgress('Installing Chromium for the browser tests (apt-get, once)…');
  const install = (name: string) => apt([...installArgs, '-o', 'DPkg::Lock::Timeout=60', 'install', name]);
  const name = await firstThatWorks(install, () => apt(['--quiet', 'update']));
  return { file: `/usr/bin/${name}` };
};

/** Takes the place of one that no longer runs. */
export const unpackDebianBrowser = async (cacheDir: string, onProgress: Progress): Promise<Unpacked> => {
  onProgress('Fetching Chromium for the browser tests (Debian packages, once)…');
  const half = await mkdtemp(join(cacheDir, 'chromium-debian-'));
  try {
    const [archives, lists, root] = ['cache/archives', 'lists', 'root'].map((name) => join(half, name)) as Three;
    for (const dir of [archives, lists]) await mkdir(join(dir, 'partial'), { recursive: true });
    // As root apt would fetch as another user, who can't write to our directory.
    const options = [
      '-o',
      'APT::Sandbox::User=',
      '-o',
      `Dir::Cache=${join(half, 'cache')}`,
      '-o',
      'Debug::NoLocking=1',
    ];
    const ownLists = ['-o', `Dir::State::lists=${lists}`, '-o', 'Acquire::Languages=none'];
    let known = options;
    // The common part must lie beside the program, even where the system has it already.
    const args = [...installArgs, '--download-only', '--reinstall', 'install', 'chromium-common'];
    const download = (name: string) => apt([...known, ...args, name]);
    await firstThatWorks(download, () => {
      known = [...options, ...ownLists];
      return apt([...known, '--quiet', 'update']);
    });
    const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
    for (const file of files) await run('dpkg', ['-x', join(archives, file), root]);
    await rm(homeIn(cacheDir), { recursive: true, force: true });
    await rename(root, homeIn(cacheDir));
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  const unpacked = await findUnpackedBrowser(cacheDir);
  if (!unpacked) throw new Error("Debian's packages hold no Chromium");
  return unpacked;
};

type Three = [string, string, string];

/** What an earlier run unpacked. */
export const findUnpackedBrowser = async (cacheDir: string): Promise<Unpacked | undefined> => {
  const home = homeIn(cacheDir);
  const entries = await readdir(home, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const file = programs.map((program) => join(home, program)).find((path) => paths.includes(path));
  if (file === undefined) return undefined;
  const dirs = entries.filter(({ name }) => /\.so(\.|$)/.test(name)).map(({ parentPath }) => parentPath);
  return { file, libraryPath: [...new Set(dirs)].filter((dir) => !dir.endsWith('/chromium')).join(':') };
};

const homeIn = (cacheDir: string): string => join(cacheDir, 'chromium-debian');

/** Where apt knows no package of that name it may never have been told of any: it is told, once. */
const firstThatWorks = async (act: (name: string) => Promise<void>, tell: () => Promise<void>): Promise<string> => {
  let why = '';
  for (const prepare of [async () => {}, tell]) {
    await prepare();
    for (const name of packages) {
      try {
        await act(name);
        return name;
      } catch (error) {
        why = (error as Error).message;
      }
    }
  }
  throw new Error(why);
};

const run = promisify(execFile);

const apt = async (args: readonly string[]): Promise<void> => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
  await run('apt-get', [...args], { env, timeout: 180_000, maxBuffer: 16 << 20 }).catch((error: AptError) => {
    if (error.code === 'ENOENT') throw new Error('this is no Debian or Ubuntu (no apt-get)');
    const line = error.stderr.split('\n').find((text) => text.startsWith('E:'));
    throw new Error(`apt-get failed: ${line ?? (error.killed ? 'it took more than three minutes' : error.message)}`);
  });
};

interface AptError extends Error {
  readonly code?: unknown;
  readonly stderr: string;
  readonly killed?: boolean;
}
