/** Receipts, as a monitor writes them: each waits for the commit of its own group. */
import { GroupCommit } from './group-commit.js';
import { isOneItemsFault } from './ledger-fault.js';
import type { Ledger } from './open-ledger.js';
import { type Proof, writeProofs } from './write-proofs.js';

/** What Twilio says of a message after it has taken it, or refused it. */
export type Receipt = Proof & Required<Pick<Proof, 'sid' | 'status'>>;

export interface Receipts {
  /** Settles once it is committed. The same receipt may come again, and later than one that says more. */
  record(receipt: Receipt): Promise<void>;
  /** Settles when all that was asked for so far is written. */
  drain(): Promise<void>;
}

export const openReceipts = (ledger: Ledger): Receipts => {
  const group = new GroupCommit<Receipt, void>({
    write: async (receipts) => {
      await writeProofs(ledger, receipts, 'receipt');
      return receipts.map(() => undefined);
    },
    isOneItemsFault,
  });
  return { record: (receipt) => group.submit(receipt), drain: () => group.drain() };
};
