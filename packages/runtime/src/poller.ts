/** Does something again and again, one round at a time, until it is closed. A round that fails is reported, never fatal. */
export interface Poller {
  /** Starts the next round now; during a round, once more right after it. */
  wake(): void;
  /** Ends after the round in progress. */
  close(): Promise<void>;
}

export interface PollerOptions {
  /** From the end of one round to the beginning of the next. */
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  readonly onFault: (fault: unknown) => void;
}

const longestWaitMs = 30_000;

/** `everyMs`, doubled for each fault in a row, up to half a minute. */
const waitMs = (everyMs: number, faults: number): number =>
  Math.max(everyMs, Math.min(longestWaitMs, everyMs * 2 ** faults));

/** The first round begins at once. A wake ends any wait. */
export const startPoller = ({ everyMs, run, onFault }: PollerOptions): Poller => {
  let closed = false;
  let faults = 0;
  let awake = false;
  let wakeUp: (() => void) | undefined;

  /** Ends after `ms`, or when somebody wakes us, or has done so during the round. */
  const rest = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (awake || closed) return resolve();
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const loop = async (): Promise<void> => {
    while (!closed) {
      awake = false;
      try {
        await run();
        faults = 0;
      } catch (fault) {
        faults += 1;
        onFault(fault);
      }
      await rest(waitMs(everyMs, faults));
      wakeUp = undefined;
    }
  };
  const ended = loop();

  return {
    wake: () => {
      awake = true;
      wakeUp?.();
    },
    close: async () => {
      closed = true;
      wakeUp?.();
      await ended;
    },
  };
};
