/** Install, build, hand over: the first two are skipped when nothing has changed since they were last done. */
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { handOver } from './hand-over.mjs';
import { withLock } from './lock.mjs';
import { hashPackages, hashSources, isBuilt, isInstalled, readStamp, writeStamp } from './stamp.mjs';
import { build, install, StepFailure } from './steps.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string[]} args `[--rebuild] [command …args]` */
export const main = async (args) => {
  const rebuild = args[0] === '--rebuild';
  const command = rebuild ? args.slice(1) : args;
  try {
    if (rebuild || !isReady(root)) await prepare(rebuild);
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  if (command.length > 0) await handOver(root, command);
};

/** Whoever is told to stop while it installs or builds stops at once; the lock goes with it. @param {boolean} rebuild */
const prepare = async (rebuild) => {
  const stop = (/** @type {NodeJS.Signals} */ signal) => process.exit(128 + constants.signals[signal]);
  for (const signal of stopSignals) process.on(signal, stop);
  await withLock(join(root, '.ready'), () => makeReady(rebuild));
  for (const signal of stopSignals) process.off(signal, stop);
};

/** @type {NodeJS.Signals[]} */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @param {string} dir */
const isReady = (dir) => {
  const stamp = readStamp(dir);
  return stamp.packages === hashPackages(dir) && stamp.sources === hashSources(dir) && isInstalled(dir) && isBuilt(dir);
};

/** Another process may have done it all while we waited for the lock, so everything is looked at once more. */
const makeReady = async (/** @type {boolean} */ rebuild) => {
  const packages = hashPackages(root);
  if (readStamp(root).packages !== packages || !isInstalled(root)) {
    writeStamp(root, {});
    await install(root);
    writeStamp(root, { packages });
  }
  const sources = hashSources(root);
  if (rebuild || readStamp(root).sources !== sources || !isBuilt(root)) {
    await build(root);
    writeStamp(root, { packages, sources });
  }
};
