/** What the page shows: one phone per recipient, those with news first. */
import { type DeliveryTimes, type MessageStatus, progressOf } from './message-resource.js';
import type { MessageStore, StoredMessage } from './message-store.js';

export interface Phone {
  readonly number: string;
  readonly shownNumber: string;
  /** 0–7: the colour of its picture. */
  readonly hue: number;
  readonly initials: string;
  readonly count: number;
  /** Oldest first, as on a phone. */
  readonly bubbles: readonly Bubble[];
}

export interface Bubble {
  readonly sid: string;
  readonly text: string;
  readonly sender: string;
  readonly media: readonly MediaCard[];
  readonly status: MessageStatus;
  /** Why it is undelivered, as a code of Twilio's; null when there is nothing to say. */
  readonly errorCode: number | null;
  readonly time: string;
  readonly isoTime: string;
  readonly segmentCount: number;
}

export interface MediaCard {
  readonly name: string;
  readonly host: string;
}

export interface PhonesRequest {
  /** 1 for the first. */
  readonly page: number;
  readonly perPage: number;
  /** Part of a number; '' for all. */
  readonly search: string;
}

interface ViewDeps {
  readonly times: DeliveryTimes;
  readonly now: number;
}

/** As many bubbles as fit on a phone. */
const bubblesPerPhone = 4;

export const readPhones = (store: MessageStore, request: PhonesRequest, deps: ViewDeps) => {
  const skip = (request.page - 1) * request.perPage;
  const { numbers, total } = newestRecipients(store, request.search, skip + request.perPage);
  const phones = numbers.slice(skip).map((number) => {
    const messages = store.all(number);
    return phoneOf(number, messages.slice(-bubblesPerPhone), messages.length, deps);
  });
  return { phones, total, pages: Math.max(1, Math.ceil(total / request.perPage)) };
};

/** One recipient's messages: the page'th newest `perPage` of them. */
export const readConversation = (
  store: MessageStore,
  { number, page, perPage }: { number: string; page: number; perPage: number },
  deps: ViewDeps,
) => {
  const messages = store.all(number);
  const end = messages.length - (page - 1) * perPage;
  const shown = messages.slice(Math.max(0, end - perPage), Math.max(0, end));
  return {
    phone: phoneOf(number, shown, messages.length, deps),
    pages: Math.max(1, Math.ceil(messages.length / perPage)),
  };
};

/** Walks back from the newest message until enough phones are found, so the first pages cost little however many there are. */
const newestRecipients = (store: MessageStore, search: string, count: number): { numbers: string[]; total: number } => {
  const wanted = search.replaceAll(/[\s().-]/g, '').toLowerCase();
  const isWanted = (number: string): boolean => number.toLowerCase().includes(wanted);
  const total = wanted === '' ? store.recipientCount : [...store.recipients()].filter(isWanted).length;
  const numbers = new Set<string>();
  const messages = store.all();
  for (let index = messages.length - 1; index >= 0 && numbers.size < Math.min(count, total); index--) {
    const number = messages[index]?.to ?? '';
    if (isWanted(number)) numbers.add(number);
  }
  return { numbers: [...numbers], total };
};

const phoneOf = (number: string, messages: readonly StoredMessage[], count: number, deps: ViewDeps): Phone => {
  const digits = number.replaceAll(/\D/g, '');
  return {
    number,
    shownNumber: spaced(number),
    hue: Number(digits.slice(-3) || 0) % 8,
    initials: digits.slice(-2),
    count,
    bubbles: messages.map((message) => bubbleOf(message, deps)),
  };
};

const bubbleOf = (message: StoredMessage, { times, now }: ViewDeps): Bubble => {
  const { status, from, errorCode = null } = progressOf(message, times, now);
  const createdAt = new Date(message.createdAt);
  return {
    sid: message.sid,
    text: message.body,
    sender: spaced(from ?? 'Messaging service'),
    media: message.media.map(mediaCard),
    status,
    errorCode,
    time: createdAt.toLocaleTimeString('en-GB'),
    isoTime: createdAt.toISOString(),
    segmentCount: message.segmentCount,
  };
};

const mediaCard = (url: string): MediaCard => {
  const { hostname, pathname } = new URL(url);
  return { name: pathname.split('/').findLast((part) => part !== '') ?? hostname, host: hostname };
};

/** `+1 500 555 0006`; numbers of other plans stay as they are, for their groups differ. */
const spaced = (number: string): string => number.replace(/\+1(\d{3})(\d{3})(\d{4})$/, '+1 $1 $2 $3');
