/** Receipts, as a monitor writes them: each waits for the commit of its own group. */
import { GroupCommit } from './group-commit.js';
import { isOneItemsFault } from './ledger-fault.js';
import type { Ledger } from './open-ledger.js';
import { type Receipt, writeReceipts } from './write-receipts.js';

export interface Receipts {
  /** Settles once it is committed. The same receipt may come again, and later than one that says more. */
  record(receipt: Receipt): Promise<void>;
  /** Settles when all that was asked for so far is written. */
  drain(): Promise<void>;
}

export const openReceipts = (ledger: Ledger): Receipts => {
  const group = new GroupCommit<Receipt, void>({
    write: async (receipts) => {
      await writeReceipts(ledger, receipts);
      return receipts.map(() => undefined);
    },
    isOneItemsFault,
  });
  return { record: (receipt) => group.submit(receipt), drain: () => group.drain() };
};
