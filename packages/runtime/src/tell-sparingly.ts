/** Faults that repeat, as a log should have them: the same one once a minute, and not each time somebody tries again. */
import { describeFault } from '@quailrunner/telemetry';

export interface Sparing<About extends unknown[]> {
  /** Tells the fault, unless the same one was told within the last minute, whatever it was about. */
  tell(fault: unknown, ...about: About): void;
  /** All is well again: the next fault is news. */
  forget(): void;
}

const quietMs = 60_000;

/** `clock` in ms. */
export const tellSparingly = <About extends unknown[]>(
  tell: (fault: unknown, ...about: About) => void,
  clock = () => performance.now(),
): Sparing<About> => {
  const toldAt = new Map<string, number>();
  return {
    tell: (fault, ...about) => {
      const now = clock();
      for (const [told, at] of toldAt) if (now - at >= quietMs) toldAt.delete(told);
      const identity = identityOf(fault);
      if (toldAt.has(identity)) return;
      toldAt.set(identity, now);
      tell(fault, ...about);
    },
    forget: () => toldAt.clear(),
  };
};

/** What may be tried again differs in its words only: a store that is away refuses, closes and says nothing in turn. */
const identityOf = (fault: unknown): string => {
  const { fault: code, message } = describeFault(fault);
  return (fault as { retryable?: unknown } | null)?.retryable === true ? code : `${code} ${message}`;
};
