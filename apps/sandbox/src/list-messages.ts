/** Twilio's list of messages: filters, newest first, pages with a token so that new arrivals shift nothing. */

import { type DeliveryTimes, messageResource, progressOf } from './message-resource.js';
import type { MessageStore, StoredMessage } from './message-store.js';

export interface ListRequest {
  readonly accountSid: string;
  readonly query: URLSearchParams;
  readonly now: number;
}

const defaultPageSize = 50;
const largestPageSize = 1_000;

export const listMessages = (store: MessageStore, { accountSid, query, now }: ListRequest, times: DeliveryTimes) => {
  const size = clamp(query.get('PageSize'), defaultPageSize, 1, largestPageSize);
  const page = clamp(query.get('Page'), 0, 0, Number.MAX_SAFE_INTEGER);
  const matches = matcher(accountSid, query, (message) => progressOf(message, times, now));
  const before = store.find(/^PA(.+)$/.exec(query.get('PageToken') ?? '')?.[1] ?? '')?.sequence;
  const candidates = store.all(query.get('To') || undefined);
  const skip = before === undefined ? page * size : 0;
  const found = takeNewest(
    candidates,
    (message) => message.sequence < (before ?? Infinity) && matches(message),
    skip + size + 1,
  );
  const messages = found.slice(skip, skip + size);
  const uriOf = (extra: Record<string, string>) => pageUri(accountSid, query, { PageSize: String(size), ...extra });
  const last = messages.at(-1);
  const hasNext = found.length > skip + size;
  return {
    messages: messages.map((message) => messageResource(message, progressOf(message, times, now))),
    page,
    page_size: size,
    start: page * size,
    end: Math.max(0, page * size + messages.length - 1),
    uri: uriOf({ Page: String(page) }),
    first_page_uri: uriOf({ Page: '0' }),
    previous_page_uri: page > 0 ? uriOf({ Page: String(page - 1) }) : null,
    next_page_uri: hasNext && last ? uriOf({ Page: String(page + 1), PageToken: `PA${last.sid}` }) : null,
  };
};

/** From the newest backwards, and no further than needed. */
const takeNewest = (
  messages: readonly StoredMessage[],
  matches: (message: StoredMessage) => boolean,
  count: number,
): StoredMessage[] => {
  const found: StoredMessage[] = [];
  for (let index = messages.length - 1; index >= 0 && found.length < count; index--) {
    const message = messages[index];
    if (message && matches(message)) found.push(message);
  }
  return found;
};

const dayMs = 86_400_000;

/** A message that has not been sent yet has no DateSent, so it matches no filter on it, as at Twilio. */
const matcher = (
  accountSid: string,
  query: URLSearchParams,
  progress: (message: StoredMessage) => { from?: string; sentAt?: number },
): ((message: StoredMessage) => boolean) => {
  const from = query.get('From') || undefined;
  const since = readDate(query.get('DateSent>') ?? query.get('DateSent'));
  const until = readEnd(query.get('DateSent<') ?? query.get('DateSent'));
  return (message) => {
    if (message.accountSid !== accountSid) return false;
    const now = progress(message);
    if (from !== undefined && now.from !== from) return false;
    if (since === undefined && until === undefined) return true;
    return now.sentAt !== undefined && now.sentAt >= (since ?? 0) && now.sentAt < (until ?? Infinity);
  };
};

const readDate = (text: string | null): number | undefined => {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : at;
};

/** `DateSent<=2026-04-01` means: on that day or before. */
const readEnd = (text: string | null): number | undefined => {
  const at = readDate(text);
  return at === undefined ? undefined : at + (/^\d{4}-\d\d-\d\d$/.test(text ?? '') ? dayMs : 1);
};

const pageUri = (accountSid: string, query: URLSearchParams, paging: Record<string, string>): string => {
  const search = new URLSearchParams(query);
  for (const name of ['Page', 'PageToken', 'PageSize']) search.delete(name);
  for (const [name, value] of Object.entries(paging)) search.set(name, value);
  return `/2010-04-01/Accounts/${accountSid}/Messages.json?${search}`;
};

const clamp = (text: string | null, otherwise: number, min: number, max: number): number => {
  const number = Number(text || Number.NaN);
  return Number.isInteger(number) ? Math.min(max, Math.max(min, number)) : otherwise;
};
