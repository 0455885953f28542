/**
 * The messages the sandbox has accepted, in memory, in the order of their arrival. Adding and counting take the same
 * time however many there are: the sandbox's own count is the judge in tests with very many messages.
 */
import { generateSid } from './accounts.js';
import type { MessageDraft } from './read-draft.js';
import { countSegments } from './segments.js';

/** How a message ends that doesn't reach its phone. */
export interface Fate {
  readonly delivery?: 'undelivered';
  /** Why, as a code of Twilio's. */
  readonly errorCode?: number;
}

export interface StoredMessage extends MessageDraft, Fate {
  /** 1, 2, 3, … */
  readonly sequence: number;
  readonly sid: string;
  readonly accountSid: string;
  readonly segmentCount: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The request's form as it arrived: every parameter, also those the sandbox makes nothing of. */
  readonly form: string;
}

export interface NewMessage {
  readonly accountSid: string;
  readonly draft: MessageDraft;
  readonly form: string;
  /** It is delivered when absent. */
  readonly fate?: Fate;
}

export interface MessageStore {
  add(message: NewMessage): StoredMessage;
  find(sid: string): StoredMessage | undefined;
  /** In order of arrival: all of them, or those to one recipient. */
  all(to?: string): readonly StoredMessage[];
  readonly recipientCount: number;
  /** Every recipient that has got a message, in the order of their first one. */
  recipients(): Iterable<string>;
  /** The highest number of messages that one recipient has got. */
  readonly mostToOne: number;
  clear(): void;
}

export const openMessageStore = (now: () => number): MessageStore => {
  let messages: StoredMessage[] = [];
  let sequence = 0;
  let mostToOne = 0;
  const bySid = new Map<string, StoredMessage>();
  const byRecipient = new Map<string, StoredMessage[]>();
  return {
    add: ({ accountSid, draft, form, fate }) => {
      sequence += 1;
      const sid = generateSid(draft.media.length > 0 ? 'MM' : 'SM');
      const segmentCount = countSegments(draft.body);
      const createdAt = now();
      const message: StoredMessage = { ...draft, ...fate, sequence, sid, accountSid, segmentCount, createdAt, form };
      messages.push(message);
      bySid.set(sid, message);
      const theirs = byRecipient.get(draft.to);
      if (theirs) theirs.push(message);
      else byRecipient.set(draft.to, [message]);
      mostToOne = Math.max(mostToOne, theirs?.length ?? 1);
      return message;
    },
    find: (sid) => bySid.get(sid),
    all: (to) => (to === undefined ? messages : (byRecipient.get(to) ?? [])),
    get recipientCount() {
      return byRecipient.size;
    },
    recipients: () => byRecipient.keys(),
    get mostToOne() {
      return mostToOne;
    },
    clear: () => {
      messages = [];
      mostToOne = 0;
      bySid.clear();
      byRecipient.clear();
    },
  };
};
