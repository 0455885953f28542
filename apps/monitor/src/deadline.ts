import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for `work`, but not for ever: gives what `late` gives, or throws what it throws. The work itself goes on. */
export const withDeadline = async <Result, Late>(
  work: Promise<Result>,
  timeoutMs: number,
  late: () => Late,
): Promise<Result | Late> => {
  const timer = new AbortController();
  try {
    return await Promise.race([work, sleep(timeoutMs, undefined, { signal: timer.signal }).then(late)]);
  } finally {
    timer.abort();
  }
};
