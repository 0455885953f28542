/**
 * One at a time: `npm test` beside `npm run demo` must not install or build into each other. The holder touches its
 * file every second; one that has not been touched for a while belongs to a process that was killed.
 */
import { rmSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const touchEveryMs = 1_000;
const staleAfterMs = 10_000;
const lookEveryMs = 200;

/** @template Result @param {string} dir @param {() => Promise<Result>} work @returns {Promise<Result>} */
export const withLock = async (dir, work) => {
  await mkdir(dir, { recursive: true });
  const path = join(dir, 'lock');
  const owner = `${process.pid} ${Date.now()} ${Math.random()}`;
  await take(path, owner);
  const touch = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), touchEveryMs);
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    process.off('exit', release);
    if ((await readOwner(path)) === owner) await rm(path, { force: true });
  }
};

/** @param {string} path @param {string} owner */
const take = async (path, owner) => {
  let told = false;
  while (!(await create(path, owner))) {
    if (await isStale(path)) {
      await discard(path);
      continue;
    }
    if (!told) process.stderr.write('Waiting for another command that installs or builds here …\n');
    told = true;
    await sleep(lookEveryMs);
  }
};

/** @param {string} path @param {string} owner */
const create = async (path, owner) => {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(owner);
    await file.close();
    return true;
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code === 'EEXIST') return false;
    throw error;
  }
};

/** @param {string} path */
const isStale = async (path) => {
  const file = await stat(path).catch(() => undefined);
  return file !== undefined && Date.now() - file.mtimeMs > staleAfterMs;
};

/** Of two that find a lock stale, the slower one may move away what the faster one has just made: it puts that back. */
const discard = async (/** @type {string} */ path) => {
  const away = `${path}.stale-${process.pid}`;
  await rename(path, away).catch(() => {});
  if (!(await isStale(away))) await link(away, path).catch(() => {});
  await rm(away, { force: true });
};

/** @param {string} path */
const readOwner = (path) => readFile(path, 'utf8').catch(() => undefined);
