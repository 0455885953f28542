/**
 * The life of a process tree: work until it is done, fails, or somebody presses Ctrl-C; then stop the apps in order, then
 * close what was opened, last first. A second Ctrl-C ends everything at once.
 */
import type { Terminal } from '../output/terminal.js';
import type { Fleet } from './fleet.js';
import { listenForStop } from './stop-request.js';

export interface Tree {
  /** Hands over something to close at the end. */
  readonly onClose: (close: () => Promise<void>) => void;
  /** Aborted when the end begins. */
  readonly signal: AbortSignal;
}

/** What the work gave; `undefined` when it was stopped before it was done. Throws what the work throws, once all has ended. */
export const untilStopped = async <Result>(
  { fleet, terminal }: { fleet: Fleet; terminal: Terminal },
  work: (tree: Tree) => Promise<Result>,
): Promise<Result | undefined> => {
  const stop = listenForStop(() => {
    fleet.kill();
    // Stores that we started end with us.
    process.exit(1);
  });
  const ending = new AbortController();
  const closers: (() => Promise<void>)[] = [];
  let isClosing = false;
  /** What the work opens after it was stopped is closed as it comes. */
  const onClose: Tree['onClose'] = (close) => void (isClosing ? close() : closers.push(close));
  try {
    const stopped = stop.asked.then(() => undefined);
    return await Promise.race([work({ onClose, signal: ending.signal }), stopped, fleet.broken]);
  } finally {
    ending.abort();
    if (stop.wasAsked()) terminal.tell('Stopping … (Ctrl-C once more ends at once)');
    await fleet.stop();
    isClosing = true;
    for (const close of closers.toReversed()) await close();
    stop.forget();
  }
};
