/** The machine's processes, for what has no handle of ours: a store's server is the child of its guard. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly isZombie: boolean;
}

/** PostgreSQL's and Redis's pid files both begin with the number. */
export const readPid = async (pidFile: string): Promise<number> => {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8'), 10);
  if (!(pid > 1)) throw new Error(`${pidFile} holds no process id`);
  return pid;
};

export const childrenOf = async (pid: number): Promise<number[]> =>
  (await list()).filter(({ parent }) => parent === pid).map((child) => child.pid);

/** A process that has ended in this very moment needs no signal any more. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

const goneLimitMs = 20_000;

/** Nobody may be there to reap an orphan, so a zombie is gone, too. */
export const untilGone = async (pids: readonly number[]): Promise<void> => {
  const deadline = Date.now() + goneLimitMs;
  for (;;) {
    const alive = new Set((await list()).filter(({ isZombie }) => !isZombie).map(({ pid }) => pid));
    const left = pids.filter((pid) => alive.has(pid));
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`the processes ${left.join(', ')} do not end`);
    await sleep(20);
  }
};

const list = async (): Promise<Listed[]> => {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state = ''] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), isZombie: state.startsWith('Z') };
    });
};
