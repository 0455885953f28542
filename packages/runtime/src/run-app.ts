/**
 * The life of a process: starts an app, keeps it until it is asked to stop, and lets it finish what it has in hand. It is
 * asked by a signal, by the end of the process that started it (where there is a channel to it), or by a fault that nobody
 * caught.
 */
import { describeFault, type Log } from '@quailrunner/telemetry';

export interface App {
  /** Finishes what is in progress. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly log: Log;
  /** How long `close` may take; two seconds past it, the process ends with code 1. */
  readonly shutdownTimeoutMs: number;
  readonly start: () => Promise<App>;
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const faults = ['uncaughtException', 'unhandledRejection'] as const;

/** Apps give their own work this very limit: they are to have the chance to end by it. */
const graceMs = 2_000;

/** A terminal and npm both pass on Ctrl-C, so one wish may arrive twice; a person's second one comes later. */
const sameWishMs = 1_000;

/**
 * Resolves to the exit code once the app has closed: 0, or 1 after a fault. Rejects with what `start` threw. A second
 * signal, or the deadline, ends the process on the spot.
 */
export const runApp = async (options: AppOptions): Promise<number> => {
  const { log, start } = options;
  const wish = awaitWish(options);
  try {
    // While it starts, it has nothing in progress yet that a stop would have to wait for.
    const app = await Promise.race([start(), wish.asked]);
    await wish.asked;
    await app?.close().catch(wish.fail);
    const exitCode = wish.exitCode();
    log.emit('app.stopped', { exitCode });
    return exitCode;
  } finally {
    wish.forget();
  }
};

/** Listens for whatever asks the app to stop. */
const awaitWish = ({ log, shutdownTimeoutMs }: AppOptions) => {
  let exitCode = 0;
  let askedAt: number | undefined;
  let deadline: NodeJS.Timeout | undefined;
  let resolve: (value?: undefined) => void = () => {};
  const asked = new Promise<undefined>((settle) => {
    resolve = settle;
  });

  const endNow = (fault: string, message: string): void => {
    log.emit('app.failed', { fault, message });
    log.close();
    process.exit(1);
  };
  const stop = (signal: string): void => {
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    log.emit('app.stopping', { signal });
    const limitMs = shutdownTimeoutMs + graceMs;
    deadline = setTimeout(endNow, limitMs, 'SHUTDOWN_TIMEOUT', `not closed within ${limitMs} ms`);
    resolve();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    const isSecond = askedAt !== undefined && performance.now() - askedAt > sameWishMs;
    if (isSecond) endNow('STOPPED_AT_ONCE', `${signal} while stopping`);
    else stop(signal);
  };
  const fail = (fault: unknown): void => {
    exitCode = 1;
    log.emit('app.failed', describeFault(fault));
    stop('fault');
  };
  const onDisconnect = (): void => stop('disconnect');

  for (const signal of signals) process.on(signal, onSignal);
  for (const event of faults) process.on(event, fail);
  process.on('disconnect', onDisconnect);
  const forget = (): void => {
    clearTimeout(deadline);
    for (const signal of signals) process.off(signal, onSignal);
    for (const event of faults) process.off(event, fail);
    process.off('disconnect', onDisconnect);
  };
  return { asked, exitCode: () => exitCode, fail, forget };
};
