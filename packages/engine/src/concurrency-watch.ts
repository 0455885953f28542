/** Twilio-Concurrent-Requests: how many requests Twilio sees at once, which it limits for an account (20429). */
import type { Outcome } from '@quailrunner/domain';
import { type Ledger, recordConcurrency } from '@quailrunner/ledger';

export interface ConcurrencyWatch {
  /** Of an answer; absent where it tells none. */
  note(laneId: number, outcome: Outcome | undefined): number | undefined;
  /** Writes the newest of each lane, where it is another than before. */
  flush(): Promise<void>;
}

export const openConcurrencyWatch = (ledger: Ledger): ConcurrencyWatch => {
  const newest = new Map<number, number>();
  const written = new Map<number, number>();
  return {
    note: (laneId, outcome) => {
      const header = outcome?.kind === 'answered' ? outcome.headers['twilio-concurrent-requests'] : undefined;
      if (header === undefined || !/^\d{1,6}$/.test(header)) return undefined;
      newest.set(laneId, Number(header));
      return Number(header);
    },
    flush: async () => {
      const changed = new Map([...newest].filter(([laneId, requests]) => written.get(laneId) !== requests));
      await recordConcurrency(ledger, changed);
      for (const [laneId, requests] of changed) written.set(laneId, requests);
    },
  };
};
