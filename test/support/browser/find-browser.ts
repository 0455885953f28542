/**
 * Finds a Chromium for the browser tests, or brings one: QUAIL_BROWSER, then PATH, then what an earlier run brought, then
 * the system's packages, then Playwright's own installer. What was brought stays, so it is brought once.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../../scripts/ready/lock.mjs';
import { type BrowserProgram, tryProgram } from './browser-program.js';
import { findUnpackedBrowser, installDebianBrowser, unpackDebianBrowser } from './debian-browser.js';

type Found = Omit<BrowserProgram, 'sandbox'>;
type Progress = (message: string) => void;

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'chromium-headless-shell',
];

export interface SearchDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: Progress;
}

/** Of two test runs at once one brings the browser, the other waits for it. Throws with the ways to get one. */
export const findBrowser = async (deps: SearchDeps): Promise<BrowserProgram> => {
  const { QUAIL_BROWSER: chosen, XDG_CACHE_HOME: cacheHome } = deps.env;
  if (chosen) return await tryProgram({ file: chosen }).catch(complain(`QUAIL_BROWSER=${chosen} does not start`));
  const cacheDir = join(cacheHome || join(homedir(), '.cache'), 'quailrunner');
  const there = await findThere(cacheDir, deps);
  if (there) return there;
  await mkdir(cacheDir, { recursive: true });
  return withLock(join(cacheDir, 'browser-lock'), async () => {
    return (await findThere(cacheDir, deps)) ?? (await bring(cacheDir, deps));
  });
};

const findThere = async (cacheDir: string, { env }: SearchDeps): Promise<BrowserProgram | undefined> => {
  const onPath = names.flatMap((name) => findOnPath(name, env.PATH ?? ''));
  const unpacked = await findUnpackedBrowser(cacheDir);
  for (const found of [...onPath.map((file) => ({ file })), {}, ...(unpacked ? [unpacked] : [])]) {
    const program = await tryProgram(found).catch(() => undefined);
    if (program) return program;
  }
  return undefined;
};

/** The packages come first: apt checks their signatures, and brings the libraries, too. */
const bring = async (cacheDir: string, { onProgress }: SearchDeps): Promise<BrowserProgram> => {
  const misses: string[] = [];
  const ways: (() => Promise<Found>)[] = [
    ...(process.getuid?.() === 0 ? [() => installDebianBrowser(onProgress)] : []),
    () => unpackDebianBrowser(cacheDir, onProgress),
    () => installPlaywrights(onProgress),
  ];
  for (const way of ways) {
    try {
      return await tryProgram(await way());
    } catch (error) {
      misses.push((error as Error).message);
    }
  }
  return complain('None is installed, and none could be brought')(new Error(misses.join('; ')));
};

const installPlaywrights = async (onProgress: Progress): Promise<Found> => {
  onProgress("Fetching a Chromium for the browser tests (Playwright's, once)…");
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  const args = [cli, 'install', 'chromium-headless-shell'];
  await promisify(execFile)(process.execPath, args, { timeout: 120_000 }).catch((error: { stderr?: string }) => {
    const line = error.stderr?.split('\n').find((text) => text.startsWith('Error:'));
    throw new Error(`Playwright's installer failed: ${line ?? 'it took more than two minutes'}`);
  });
  return {};
};

const complain =
  (what: string) =>
  (cause: Error): never => {
    throw new Error(
      `The browser tests need a Chromium. ${what}: ${cause.message}. Ways out: install one (\`apt-get install chromium\`, ` +
        '`brew install --cask chromium`), or set QUAIL_BROWSER to the path of a Chromium, Chrome or Edge.',
      { cause },
    );
  };

const findOnPath = (name: string, path: string): string[] =>
  path
    .split(delimiter)
    .map((dir) => join(dir, name))
    .filter(canRun)
    .slice(0, 1);

const canRun = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
