/** Ctrl-C and its like: the first asks for a graceful stop, the second ends at once. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopRequest {
  /** Settles with the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  readonly wasAsked: () => boolean;
  forget(): void;
}

/**
 * `onSecond` is called for every signal after the first: it ends the process. A terminal that closes says so more than
 * once (the kernel does, the shell does), and nobody asks for more by it.
 */
export const listenForStop = (onSecond: () => void): StopRequest => {
  let wasAsked = false;
  let settle: (signal: NodeJS.Signals) => void = () => {};
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    settle = resolve;
  });
  const listener = (signal: NodeJS.Signals): void => {
    if (wasAsked && signal !== 'SIGHUP') onSecond();
    wasAsked = true;
    settle(signal);
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    asked,
    wasAsked: () => wasAsked,
    forget: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
};
