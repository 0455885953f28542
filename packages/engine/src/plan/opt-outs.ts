/** What a plan tells of people who have opted out: of the sender that a message would have, and of the one it had before. */
import { type Columns, type LaneKey, maskLaneKey, type Problem } from '@quailrunner/domain';
import { type Ledger, readSuppressed } from '@quailrunner/ledger';
import type { MessageAddress } from '@quailrunner/twilio';
import { type CompiledTask, senderOf, unrenderable } from '../compile-task.js';

/** Places among `addresses`. */
export const findSuppressed = async (
  addresses: readonly (MessageAddress | undefined)[],
  ledger: Ledger,
): Promise<Set<number>> => {
  const addressed = addresses.flatMap((address, n) => (address === undefined ? [] : [{ n, address }]));
  if (addressed.length === 0) return new Set();
  const places = await readSuppressed(
    ledger,
    addressed.map(({ address }) => address),
  );
  return new Set(places.flatMap((place) => addressed[place]?.n ?? []));
};

export interface Message {
  readonly columns: Columns;
  readonly address: MessageAddress | undefined;
}

export interface FormerSenders {
  /** Messages that would be sent. */
  add(messages: readonly Message[]): Promise<void>;
  read(): Problem[];
}

/** Counts who has opted out of the sender that `before` has for them, the task as it is applied, and would get more all the same. */
export const openFormerSenders = (
  before: CompiledTask,
  secrets: Readonly<Record<string, string>>,
  ledger: Ledger,
): FormerSenders => {
  const counts = new Map<string, { former: string; sender: string; count: number }>();
  const senderBefore = openSender(before, secrets);
  return {
    add: async (messages) => {
      const former = messages.map(({ columns, address }) => {
        if (address === undefined) return undefined;
        const sender = senderBefore(columns);
        return sender === address.sender ? undefined : { sender, recipient: address.recipient };
      });
      for (const place of await findSuppressed(former, ledger)) {
        const names = { former: former[place]?.sender ?? '', sender: messages[place]?.address?.sender ?? '' };
        const key = JSON.stringify(names);
        counts.set(key, { ...names, count: (counts.get(key)?.count ?? 0) + 1 });
      }
    },
    read: () => [...counts.values()].map(toProblem),
  };
};

/** A sender that needs no row is read once. */
const openSender = (task: CompiledTask, secrets: Readonly<Record<string, string>>): ((columns: Columns) => LaneKey) => {
  let fixed: LaneKey | undefined;
  return (columns) => {
    if (fixed !== undefined) return fixed;
    const sender = senderOf(task, columns, secrets);
    if (task.action.hasFixedTarget && sender !== unrenderable) fixed = sender;
    return sender;
  };
};

const toProblem = ({ former, sender, count }: { former: string; sender: string; count: number }): Problem => ({
  code: 'OPTED_OUT_OF_FORMER_SENDER',
  message: `${count} who opted out of ${maskLaneKey(former)} would get messages from ${maskLaneKey(sender)}`,
  mend: 'where they want nothing of you at all, leave them out in the predicate, or suppress them for the new sender too',
});
