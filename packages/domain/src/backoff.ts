/** How long a run waits before its next attempt. */
export interface Backoff {
  /** Wait after the first attempt. */
  readonly firstMs: number;
  /** Each further wait is this many times the one before. */
  readonly factor: number;
  readonly maxMs: number;
  /** 0.2: each wait is drawn from 80 % to 120 %, so that runs that failed together do not come back together. */
  readonly jitter: number;
}

export const defaultBackoff: Backoff = { firstMs: 30_000, factor: 2, maxMs: 3_600_000, jitter: 0.2 };

/**
 * The wait after attempt `attempt` (1 for the first), in milliseconds, never below zero. `random` is in [0, 1).
 * The cap holds before the jitter is drawn, so waits at the cap are spread too.
 */
export const backoffMs = ({ firstMs, factor, maxMs, jitter }: Backoff, attempt: number, random: number): number => {
  // Powers end in infinity, and zero times infinity is no wait at all.
  const grown = firstMs === 0 ? 0 : firstMs * factor ** (attempt - 1);
  return Math.max(0, Math.round(Math.min(maxMs, grown) * (1 + jitter * (2 * random - 1))));
};
