/**
 * Pace: how fast a lane really sends. Its rate, until it is told to slow down; then half of what it was, growing back to
 * the rate by equal steps (additive increase, multiplicative decrease: RFC 5681, section 3.1, uses the same law).
 */
export const paceLaw = {
  /** Slots are this much further apart than the rate asks for, so that the way's delays never squeeze one more into a second. */
  spread: 1.03,
  /** From nothing back to the whole rate. */
  growMs: 8_000,
  /** Of the rate: slower it never gets. */
  floor: 1 / 64,
  /** Rest after a throttle that names none; it doubles while the tries that follow are throttled too. */
  throttle: { firstMs: 1_000, maxMs: 4_000 },
  /** Rest while there is no connection; it doubles likewise. */
  unreachable: { firstMs: 1_000, maxMs: 30_000, afterFailures: 5 },
  /** The longest rest that a receiver may ask for. */
  mostAskedMs: 15 * 60_000,
} as const;

/** A lane that was told to slow down. */
export interface SlowedLane {
  /** Messages a second at the time `since`. */
  readonly pace: number;
  /** Since when it grows. */
  readonly since: Date;
  /** What it grows to: the lane's rate, or what it sent when it was first told, where it has none. */
  readonly ceiling: number;
}

/** Messages a second now; `undefined` once it has grown back. The Redis script of `queue` follows the same law. */
export const paceAt = ({ pace, since, ceiling }: SlowedLane, now: Date): number | undefined => {
  const grown = pace + (ceiling * Math.max(0, now.getTime() - since.getTime())) / paceLaw.growMs;
  return grown < ceiling ? grown : undefined;
};
