/**
 * An app as a child process of ours. It has a process group of its own, so a Ctrl-C reaches us alone and we stop our
 * children in order; the channel between us tells it when we are gone, however we went.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { QuailError } from '@quailrunner/domain';
import { type Announcement, isAnnouncement } from './announcement.js';

export interface ChildSpec {
  /** As a person knows it: `worker 2`. */
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly [file: string, ...args: string[]];
  readonly env: NodeJS.ProcessEnv;
  /** Where its lines go: an open file, or a function that is called with each. */
  readonly output: number | ((line: string) => void);
  /** The file, where a person may read them. */
  readonly logPath?: string;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  /** Throws when it ends before it is up. */
  readonly ready: Promise<Announcement>;
  readonly ended: Promise<Ending>;
  /** Asks it to stop and waits until it has; past the limit it is killed. */
  stop(limitMs: number): Promise<void>;
  /** Ends it and what it started, at once. */
  kill(): void;
}

export const startChild = ({ name, command, env, output, logPath }: ChildSpec): Child => {
  const [file, ...args] = command;
  const sink = typeof output === 'number' ? output : 'pipe';
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', sink, sink, 'ipc'] });
  if (typeof output === 'function') readLines(child, output);
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const kill = () => {
    if (!isOver) killGroup(child.pid);
  };
  return {
    name,
    ready: awaitReady(child, ended, (ending) => endedEarly({ name, logPath }, ending)),
    ended,
    stop: async (limitMs) => {
      child.kill('SIGTERM');
      const limit = setTimeout(kill, limitMs);
      await ended;
      clearTimeout(limit);
    },
    kill,
  };
};

const awaitReady = (
  child: ChildProcess,
  ended: Promise<Ending>,
  toFault: (ending: Ending) => Error,
): Promise<Announcement> => {
  const ready = new Promise<Announcement>((resolve, reject) => {
    child.on('message', (message) => {
      if (isAnnouncement(message)) resolve(message);
    });
    void ended.then((ending) => reject(toFault(ending)));
  });
  ready.catch(() => {}); // Whoever awaits it hears of it; that nobody does is no fault of its own.
  return ready;
};

type Named = { readonly name: string; readonly logPath: string | undefined };

const endedEarly = ({ name, logPath }: Named, ending: Ending): QuailError =>
  new QuailError('APP_NOT_STARTED', `${name} could not be started (${formatEnding(ending)})`, contextOf(logPath));

/** An app that was up, and has ended although nobody asked it to. */
export const crashed = ({ name, logPath }: Pick<ChildSpec, 'name' | 'logPath'>, ending: Ending): QuailError =>
  new QuailError('APP_CRASHED', `${name} has ended (${formatEnding(ending)})`, contextOf(logPath));

const contextOf = (log: string | undefined) => (log === undefined ? {} : { context: { log } });

export const formatEnding = ({ code, signal }: Ending): string => {
  if (signal !== null) return `ended by ${signal}`;
  return code === null ? 'no such program' : `exit code ${code}`;
};

const readLines = (child: ChildProcess, onLine: (line: string) => void): void => {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onLine);
  }
};

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Ended in this very moment.
  }
};
