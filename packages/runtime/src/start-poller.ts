/**
 * A poller: does one thing again and again, never twice at a time, and never dies of a fault. It makes no timer but the one
 * until its next run.
 */
import { tellSparingly } from './tell-sparingly.js';

export interface PollerOptions {
  /** Pause between the end of a run and the next. */
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  /**
   * After a fault the pause doubles, up to ten seconds (or `everyMs`), until a run succeeds. One that repeats is told once
   * a minute.
   */
  readonly onFault: (fault: unknown) => void;
}

export interface Poller {
  /** Runs now, or once more after the run in progress; many calls make one run. Does not shorten the pause after a fault. */
  wake(): void;
  /** No further run; waits for the one in progress. */
  close(): Promise<void>;
}

const longestBackoffMs = 10_000;

/** The first run begins at once. */
export const startPoller = ({ everyMs, run, onFault }: PollerOptions): Poller => {
  let isClosed = false;
  let isWoken = false;
  const sparing = tellSparingly(onFault);
  let faults = 0;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> | undefined;

  const begin = (): void => {
    timer = undefined;
    if (isClosed) return;
    isWoken = false;
    current = runOnce().finally(rest);
  };

  const runOnce = async (): Promise<void> => {
    try {
      await run();
      faults = 0;
      sparing.forget();
    } catch (fault) {
      faults++;
      sparing.tell(fault);
    }
  };

  const rest = (): void => {
    current = undefined;
    if (isClosed) return;
    if (isWoken && faults === 0) begin();
    else timer = setTimeout(begin, faults === 0 ? everyMs : backoffMs(everyMs, faults));
  };

  // Not within this call: `run` may use what its caller is about to assign.
  queueMicrotask(begin);
  return {
    wake: () => {
      isWoken = true;
      if (timer === undefined || faults > 0) return;
      clearTimeout(timer);
      begin();
    },
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await current;
    },
  };
};

const backoffMs = (everyMs: number, faults: number): number =>
  Math.min(Math.max(everyMs, longestBackoffMs), everyMs * 2 ** Math.min(faults, 30));
