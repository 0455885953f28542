/** An outage of a store, told in two lines, when it begins and when it is over, however many connections it takes. */
import { describeFault } from './describe-fault.js';
import type { Log } from './log.js';

export interface Outage {
  /** `who` (a connection, say) gets no answer. */
  lost(who: object, fault: unknown): void;
  /** `who` gets answers: where it was the last one that got none, the outage is over. */
  back(who: object): void;
  /** `who` doesn't ask any more, which says nothing of the store. */
  forget(who: object): void;
}

export const watchOutage = (store: 'ledger' | 'queue', log: Log): Outage => {
  const without = new Set<object>();
  let since = 0;
  return {
    lost: (who, fault) => {
      if (without.size === 0) {
        since = performance.now();
        log.emit(`${store}.connection_lost`, describeFault(fault));
      }
      without.add(who);
    },
    back: (who) => {
      if (!without.delete(who) || without.size > 0) return;
      log.emit(`${store}.connection_restored`, { awayMs: Math.round(performance.now() - since) });
    },
    forget: (who) => void without.delete(who),
  };
};
