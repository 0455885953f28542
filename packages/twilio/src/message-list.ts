/**
 * Look-up, first half: the request for Twilio's list of messages, and reading a page of it. Pure; the engine sends it.
 *
 * The list is asked for by To and From only: a message that has not been sent yet has no DateSent and would be missed.
 */
import { asInteger, asSid, asText, type JsonObject, readJsonObject } from './read-answer.js';

/** A message as Twilio lists it, reduced to what the look-up compares. */
export interface ListedMessage {
  readonly sid: string;
  readonly status: string;
  readonly direction: string;
  readonly to: string;
  /** Absent until a messaging service has chosen a sender. */
  readonly from?: string;
  readonly messagingServiceSid?: string;
  readonly body: string;
  readonly mediaCount: number;
  /** Epoch milliseconds; Twilio tells whole seconds. */
  readonly createdAt: number;
  readonly errorCode?: number;
}

export interface MessagePage {
  readonly messages: readonly ListedMessage[];
  readonly nextUrl?: string;
}

const pageSize = 200;

/** The first page of messages to (and from) an address, newest first. `messagesUrl` is the URL the action posts to. */
export const listUrl = (messagesUrl: string, { to, from }: { to: string; from?: string }): string => {
  const url = new URL(messagesUrl);
  url.pathname = url.pathname.replace(/(?:\/Messages)?(?:\.json)?\/?$/, '/Messages.json');
  url.search = '';
  url.searchParams.set('To', to);
  if (from !== undefined) url.searchParams.set('From', from);
  url.searchParams.set('PageSize', String(pageSize));
  return url.href;
};

/**
 * Reads one page. `undefined` when it is not a page of messages, so that a broken answer is never taken for an empty
 * list. `pageUrl` is the URL it came from: the next page must be at the same origin.
 */
export const parseMessagePage = (body: string, pageUrl: string): MessagePage | undefined => {
  const page = readJsonObject(body);
  if (!Array.isArray(page?.messages)) return undefined;
  const messages = page.messages.map((item: unknown) => parseMessage(item));
  if (!messages.every((message) => message !== undefined)) return undefined;
  const next = asText(page.next_page_uri);
  if (!next) return { messages };
  const nextUrl = new URL(next, pageUrl);
  return nextUrl.origin === new URL(pageUrl).origin ? { messages, nextUrl: nextUrl.href } : undefined;
};

const parseMessage = (item: unknown): ListedMessage | undefined => {
  const fields = typeof item === 'object' && item !== null ? (item as JsonObject) : {};
  const sid = asSid(fields.sid);
  const createdAt = Date.parse(asText(fields.date_created) ?? '');
  if (sid === undefined || Number.isNaN(createdAt)) return undefined;
  const from = asText(fields.from);
  const messagingServiceSid = asText(fields.messaging_service_sid);
  const errorCode = asInteger(fields.error_code);
  return {
    sid,
    createdAt,
    status: asText(fields.status) ?? '',
    direction: asText(fields.direction) ?? '',
    to: asText(fields.to) ?? '',
    body: asText(fields.body) ?? '',
    mediaCount: asInteger(fields.num_media) ?? 0,
    ...(from ? { from } : {}),
    ...(messagingServiceSid ? { messagingServiceSid } : {}),
    ...(errorCode === undefined ? {} : { errorCode }),
  };
};
