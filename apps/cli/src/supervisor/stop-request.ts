/** Ctrl-C and its like: the first asks for a graceful stop, the second ends at once. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopRequest {
  /** Settles with the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  readonly wasAsked: () => boolean;
  forget(): void;
}

/** Who stops a whole group (a terminal, a service manager) reaches us, and whoever started us, who passes it on. */
const sameWishMs = 1_000;

/**
 * `onSecond` is called for every signal that comes later than the first wish: it ends the process. A terminal that closes
 * says so more than once (the kernel does, the shell does), and nobody asks for more by it. `clock` in ms.
 */
export const listenForStop = (onSecond: () => void, clock = () => performance.now()): StopRequest => {
  let askedAt: number | undefined;
  let settle: (signal: NodeJS.Signals) => void = () => {};
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    settle = resolve;
  });
  const listener = (signal: NodeJS.Signals): void => {
    if (askedAt !== undefined && clock() - askedAt > sameWishMs && signal !== 'SIGHUP') onSecond();
    askedAt ??= clock();
    settle(signal);
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    asked,
    wasAsked: () => askedAt !== undefined,
    forget: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
};
