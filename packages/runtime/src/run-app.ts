/**
 * The life of a process: started, told to stop, drained, gone. A signal asks for a graceful stop, a second one ends at
 * once, and a deadline ends what hangs. A process that a supervisor started stops when its supervisor is gone.
 */
import { describeFault, type Log } from '@quailrunner/telemetry';

/** What an app's `start` returns. */
export interface App {
  /** Takes nothing new, ends what is in progress, and settles. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly log: Log;
  /** How long `close` may take before the process ends with 1. */
  readonly shutdownTimeoutMs: number;
  readonly start: () => Promise<App>;
}

/** A store that is away may hold up the very last steps; the deadline of the apps themselves comes first. */
const graceMs = 2_000;

/** Starts the app and settles with the exit code once it has stopped. Throws when it can't be started. */
export const runApp = async ({ log, shutdownTimeoutMs, start }: AppOptions): Promise<number> => {
  const stop = listenForStop(log);
  const app = await Promise.race([start(), stop.asked.then(() => undefined)]);
  if (app === undefined) return stop.exitCode();
  await stop.asked;
  const deadline = setTimeout(() => {
    log.emit('app.stopped', { exitCode: 1 });
    process.exit(1);
  }, shutdownTimeoutMs + graceMs);
  try {
    await app.close();
  } catch (fault) {
    log.emit('app.failed', describeFault(fault));
    return 1;
  } finally {
    clearTimeout(deadline);
    stop.forget();
  }
  log.emit('app.stopped', { exitCode: stop.exitCode() });
  return stop.exitCode();
};

interface Stop {
  /** Settles when somebody asks the process to stop. */
  readonly asked: Promise<void>;
  exitCode(): number;
  /** Gives the signals back. */
  forget(): void;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

const listenForStop = (log: Log): Stop => {
  let exitCode = 0;
  let stopping = false;
  let settle = (): void => {};
  const asked = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.emit('app.stopping', { signal });
    settle();
  };
  const fail = (fault: unknown): void => {
    log.emit('app.failed', describeFault(fault));
    exitCode = 1;
    if (!stopping) stop('fault');
  };
  const orphan = (): void => {
    if (!stopping) stop('disconnect');
  };
  for (const signal of signals) process.on(signal, stop);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('disconnect', orphan);
  return {
    asked,
    exitCode: () => exitCode,
    forget: () => {
      for (const signal of signals) process.off(signal, stop);
      process.off('uncaughtException', fail);
      process.off('unhandledRejection', fail);
      process.off('disconnect', orphan);
    },
  };
};
