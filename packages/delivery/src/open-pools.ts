/** One pool of kept-alive connections for each origin, opened at first use; the ones in excess are closed once idle. */
import { QuailError } from '@quailrunner/domain';
import { Pool } from 'undici';
import type { Target } from './resolve-target.js';
import type { TargetGuard } from './target-guard.js';

export interface OriginPool {
  readonly pool: Pool;
  /** Kept by the caller. A pool in use is never closed. */
  inFlight: number;
}

export interface Pools {
  /** Throws TARGET_NOT_ALLOWED for a private address, TOO_MANY_ORIGINS when all pools are in use. */
  of(target: Target): OriginPool;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
/** Hosts may come from a template: without a bound, their pools would stay for good. */
const mostPools = 200;

export const openPools = (connections: number, guard: TargetGuard): Pools => {
  const pools = new Map<string, OriginPool>();

  const open = ({ origin, hostname, trusted }: Target): OriginPool => {
    if (!trusted) guard.checkLiteral(hostname);
    if (pools.size >= mostPools) closeIdle(pools);
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      // The exchange has one deadline for all; undici's own timers would be two more for each request.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutMs, ...(trusted ? {} : { lookup: guard.lookup }) },
    });
    return { pool, inFlight: 0 };
  };

  return {
    of: (target) => {
      // An origin that the operator trusts as Twilio's may be reached by an action's own URL too, and is guarded then.
      const key = target.trusted ? `trusted ${target.origin}` : target.origin;
      const known = pools.get(key);
      if (known !== undefined) return known;
      const opened = open(target);
      pools.set(key, opened);
      return opened;
    },
    close: async () => {
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()));
      pools.clear();
    },
  };
};

const closeIdle = (pools: Map<string, OriginPool>): void => {
  for (const [key, { pool, inFlight }] of pools) {
    if (inFlight > 0) continue;
    pools.delete(key);
    void pool.destroy();
    return;
  }
  throw new QuailError('TOO_MANY_ORIGINS', `requests to ${mostPools} hosts are in progress already`, {
    retryable: true,
  });
};
