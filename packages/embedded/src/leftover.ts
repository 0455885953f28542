/**
 * What an earlier start may have left in a data dir: a pid file, and perhaps a server that still runs because its guard
 * was killed too. Makes the dir ours, or says who holds it. A number that another program carries by now is not taken
 * for the server: the working directory tells.
 */
import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { QuailError } from '@quailrunner/domain';
import { guardName } from './bound-process.js';

const run = promisify(execFile);

/** How long a server without a guard may take once told to stop: it may be writing its last checkpoint. */
const orphanPatienceMs = 15_000;

/** How long we wait for another Quailrunner that may be closing in this moment. */
const neighbourPatienceMs = 3_000;

export const clearLeftover = async (pidFile: string, dataDir: string): Promise<void> => {
  const pid = await readPid(pidFile);
  if (pid !== undefined && (await isServerOf(pid, dataDir))) await outwait(pid, dataDir);
  await rm(pidFile, { force: true });
};

const outwait = async (pid: number, dataDir: string): Promise<void> => {
  const guarded = await hasGuard(pid);
  if (!guarded) process.kill(pid, 'SIGINT');
  const deadline = Date.now() + (guarded ? neighbourPatienceMs : orphanPatienceMs);
  while (await isServerOf(pid, dataDir)) {
    if (Date.now() > deadline) throw dataDirInUse(dataDir);
    await sleep(50);
  }
};

export const dataDirInUse = (dataDir: string): QuailError =>
  new QuailError(
    'EMBEDDED_IN_USE',
    `${dataDir} is in use by another Quailrunner. Stop that one, or set QUAIL_DATA_DIR to another directory.`,
  );

/** PostgreSQL's postmaster.pid and Redis's pid file both begin with the process id. */
const readPid = async (pidFile: string): Promise<number | undefined> => {
  const text = await readFile(pidFile, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 1 ? pid : undefined;
};

const isServerOf = async (pid: number, dataDir: string): Promise<boolean> => {
  const [cwd, own] = await Promise.all([readCwd(pid), realpath(dataDir).catch(() => dataDir)]);
  return cwd === own;
};

const readCwd = async (pid: number): Promise<string | undefined> => {
  if (process.platform === 'linux') return readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  const listed = await run('lsof', ['-a', '-p', String(pid), '-d', 'cwd', '-Fn']).catch(() => ({ stdout: '' }));
  return /^n(.*)$/m.exec(listed.stdout)?.[1];
};

const hasGuard = async (pid: number): Promise<boolean> => {
  if (process.platform !== 'linux') {
    const parent = await run('ps', ['-o', 'ppid=', '-p', String(pid)]).catch(() => ({ stdout: '1' }));
    const command = await run('ps', ['-o', 'command=', '-p', parent.stdout.trim()]).catch(() => ({ stdout: '' }));
    return command.stdout.includes(guardName);
  }
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const parent = /^PPid:\s*(\d+)$/m.exec(status)?.[1];
  const command = await readFile(`/proc/${parent}/cmdline`, 'utf8').catch(() => '');
  return command.includes(guardName);
};
