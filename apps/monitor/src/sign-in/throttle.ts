/**
 * Slows down whoever guesses passwords: after a few tries each further one must wait, twice as long each time. Counted
 * for each address, and for each name from an address, so that a guesser elsewhere can't lock a person out. In memory:
 * a restart forgets, which costs a guesser's victim a handful of tries.
 */
export interface Throttle {
  /** Counts a try before it is made, so that many at once count too. Milliseconds to wait, or 0: go ahead. */
  take(address: string, name: string): number;
  /** After a right password. */
  forget(address: string, name: string): void;
}

interface Tries {
  readonly count: number;
  readonly nextAt: number;
}

const freeTries = { perName: 5, perAddress: 30 };
const firstWaitMs = 1_000;
const longestWaitMs = 15 * 60_000;
const remembered = 10_000;

export const openThrottle = (now: () => number): Throttle => {
  const tries = new Map<string, Tries>();

  const waitOf = (key: string): number => Math.max(0, (tries.get(key)?.nextAt ?? 0) - now());

  const count = (key: string, free: number): void => {
    const known = tries.get(key);
    const idle = known !== undefined && now() - known.nextAt > longestWaitMs;
    const total = (idle ? 0 : (known?.count ?? 0)) + 1;
    const waitMs = total < free ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(total - free, 20));
    tries.delete(key); // Put at the end: the first of the map is the one longest unused.
    tries.set(key, { count: total, nextAt: now() + waitMs });
    if (tries.size > remembered) tries.delete(tries.keys().next().value as string);
  };

  return {
    take: (address, name) => {
      const [byAddress, byName] = keysOf(address, name);
      const waitMs = Math.max(waitOf(byAddress), waitOf(byName));
      if (waitMs > 0) return waitMs;
      count(byAddress, freeTries.perAddress);
      count(byName, freeTries.perName);
      return 0;
    },
    forget: (address, name) => {
      for (const key of keysOf(address, name)) tries.delete(key);
    },
  };
};

const keysOf = (address: string, name: string): [byAddress: string, byName: string] => {
  const network = networkOf(address);
  return [network, `${network} ${name.slice(0, 100)}`];
};

/** One customer of an IPv6 provider has at least a /64: its addresses count as one. */
const networkOf = (address: string): string => {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [head = ''] = address.split('::');
  return head.split(':').slice(0, 4).join(':');
};
