/**
 * A server that ends with us, however we end. It runs in a session of its own, so a Ctrl-C on the terminal does not
 * reach it before its clients have drained; a guard beside it holds one end of a pipe whose other end only we hold,
 * and when that closes (`stop()`, exit, SIGKILL) tells the server to stop.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

export interface BoundProcess {
  /** Settles when the server has ended, whoever ended it. */
  readonly ended: Promise<void>;
  readonly hasEnded: () => boolean;
  /** Tells the server to stop and waits until it has; past the limit it is killed. */
  stop(): Promise<void>;
}

export interface BoundCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Open file that takes what the server prints. */
  readonly logFd: number;
  readonly stopSignal: 'INT' | 'TERM' | 'QUIT';
  /** Who the server runs as; absent: as we do. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Marks the guard on the process list: a server whose parent does not carry it has lost its guard. */
export const guardName = 'quailrunner-guard';

/** The server is a child of the guard; whichever ends first, the other is told. */
const guardScript = `
signal=$1; shift
"$@" 3<&- & server=$!
( read -r _ <&3; kill -s "$signal" $server ) & watch=$!
wait $server
kill $watch
`;

const stopLimitMs = 20_000;

export const startBound = (command: BoundCommand): BoundProcess => {
  const guard = spawn('/bin/sh', ['-c', guardScript, guardName, command.stopSignal, command.file, ...command.args], {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', command.logFd, command.logFd, 'pipe'],
    ...command.user,
  });
  const lifeline = guard.stdio[3] as Writable;
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over = true;
      resolve();
    };
    guard.once('exit', end);
    guard.once('error', end);
  });
  lifeline.on('error', () => {});
  letGo(guard, lifeline);
  return { ended, hasEnded: () => over, stop: () => stopGuard(guard, lifeline, ended) };
};

/** A program that forgets to stop the server still comes to its end, and the server with it. */
const letGo = (guard: ChildProcess, lifeline: Writable): void => {
  guard.unref();
  (lifeline as Writable & { unref?: () => void }).unref?.();
};

const stopGuard = async (guard: ChildProcess, lifeline: Writable, ended: Promise<void>): Promise<void> => {
  guard.ref();
  lifeline.destroy();
  const limit = setTimeout(() => killGroup(guard.pid), stopLimitMs);
  await ended;
  clearTimeout(limit);
};

const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Ended in this very moment.
  }
};
