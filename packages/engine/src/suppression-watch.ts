/**
 * What workers know of suppressions that came after a run was fed: the feed skips the others. Held in memory, so that no
 * message waits for the ledger; a run that was fed longer ago than they reach back is fed anew before it is sent
 * (start-attempts.ts).
 */
import { type Ledger, readSuppressionChanges } from '@quailrunner/ledger';
import type { MessageAddress } from '@quailrunner/twilio';

export interface SuppressionWatch {
  /** Whether the recipient has opted out lately. The address is read only while anybody has. */
  has(address: () => MessageAddress | undefined): boolean;
  add(address: MessageAddress): void;
  /** Reads what was told or lifted since. */
  refresh(): Promise<void>;
}

/** No run was fed longer ago. */
const reachMs = 24 * 3_600_000;

export const openSuppressionWatch = (ledger: Ledger, now: () => number = Date.now): SuppressionWatch => {
  /** When we heard of each, oldest first. */
  const heardAt = new Map<string, number>();
  let readAt: string | undefined;
  const set = (address: MessageAddress, isSuppressed: boolean): void => {
    const key = keyOf(address);
    heardAt.delete(key);
    if (isSuppressed) heardAt.set(key, now());
  };
  const forgetOld = (): void => {
    for (const [key, at] of heardAt) {
      if (now() - at < reachMs) return;
      heardAt.delete(key);
    }
  };
  return {
    has: (address) => {
      if (heardAt.size === 0) return false;
      const asked = address();
      return asked !== undefined && heardAt.has(keyOf(asked));
    },
    add: (address) => set(address, true),
    refresh: async () => {
      const read = await readSuppressionChanges(ledger, readAt);
      for (const { isSuppressed, ...address } of read.changes) set(address, isSuppressed);
      ({ readAt } = read);
      forgetOld();
    },
  };
};

const keyOf = ({ sender, recipient }: MessageAddress): string => `${sender} ${recipient}`;
