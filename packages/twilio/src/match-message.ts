/**
 * Look-up, second half: which of Twilio's messages is the one whose POST was never answered.
 *
 * A message wrongly called absent would be sent twice, so every comparison gives way where Twilio may have changed what
 * we sent (fold-body.ts). What can't be compared at all is not guessed: `undecidable`.
 */
import { foldBody, foldBodyAndLinks } from './fold-body.js';
import type { ListedMessage } from './message-list.js';

/** What the run's POST asked for. */
export interface SentMessage {
  readonly to: string;
  readonly from?: string;
  readonly messagingServiceSid?: string;
  /** '' for media without text; absent when Twilio made the text (ContentSid), which then can't be compared. */
  readonly body?: string;
  readonly mediaCount: number;
  /** Epoch milliseconds, by our clock. */
  readonly startedAt: number;
  /** When we gave up waiting; absent when the worker died and nobody knows. */
  readonly finishedAt?: number;
}

export type MessageMatch =
  | { readonly kind: 'found'; readonly message: ListedMessage }
  /** Nothing in the list can be ours. */
  | { readonly kind: 'absent' }
  /** Something may be ours, but its text can't be compared. */
  | { readonly kind: 'undecidable'; readonly sids: readonly string[] };

/** How far our clock and Twilio's may be apart. */
const skewMs = 5 * 60_000;
/** How long a POST may have been under way when we do not know when it ended. */
const longestPostMs = 2 * 60_000;

/** Epoch milliseconds between which the message would have been created: paging may stop once a page is older. */
export const creationWindow = (sent: Pick<SentMessage, 'startedAt' | 'finishedAt'>): { from: number; to: number } => ({
  from: sent.startedAt - skewMs,
  to: (sent.finishedAt ?? sent.startedAt + longestPostMs) + skewMs,
});

/**
 * Finds our message among `listed` (all pages of Twilio's list by To and From). `taken` are the sids that belong to
 * other runs: two runs with the same text to the same number never share a message.
 *
 * Several that fit are the same text from the same sender to the same person, so any of them is true; the choice is
 * made the same way each time: not failed before failed, as many media as we sent, closest in time, lowest sid.
 */
export const matchMessage = (
  sent: SentMessage,
  listed: readonly ListedMessage[],
  taken: ReadonlySet<string>,
): MessageMatch => {
  const possible = listed.filter((message) => !taken.has(message.sid) && couldBeOurs(sent, message));
  const [best] = possible.filter((message) => hasOurText(sent, message)).sort(byFit(sent));
  if (best) return { kind: 'found', message: best };
  const incomparable = possible.filter((message) => isIncomparable(sent, message));
  if (incomparable.length === 0) return { kind: 'absent' };
  return { kind: 'undecidable', sids: incomparable.map((message) => message.sid).sort() };
};

const couldBeOurs = (sent: SentMessage, message: ListedMessage): boolean => {
  const window = creationWindow(sent);
  return (
    message.direction.startsWith('outbound') &&
    message.createdAt >= window.from &&
    message.createdAt <= window.to &&
    isSameAddress(sent.to, message.to) &&
    (message.from === undefined || sent.from === undefined || isSameAddress(sent.from, message.from)) &&
    (message.messagingServiceSid === undefined ||
      sent.messagingServiceSid === undefined ||
      message.messagingServiceSid === sent.messagingServiceSid)
  );
};

const hasOurText = (sent: SentMessage, message: ListedMessage): boolean =>
  sent.body !== undefined && foldBody(sent.body) === foldBody(message.body);

/**
 * Text that can't be compared: Twilio made it (ContentSid), shows none (ContentRetention, redaction), or differs in
 * nothing but its links (ShortenUrls).
 */
const isIncomparable = ({ body }: SentMessage, message: ListedMessage): boolean =>
  body === undefined ||
  (body.trim() !== '' && message.body.trim() === '') ||
  foldBodyAndLinks(body) === foldBodyAndLinks(message.body);

/**
 * Twilio answers in E.164 whatever form the number was given in, and may mask its end (AddressRetention): numbers are the
 * same when the digits of one end with the other's, other addresses when they are equal but for case.
 */
const isSameAddress = (ours: string, theirs: string): boolean => {
  if (ours.trim().toLowerCase() === theirs.trim().toLowerCase()) return true;
  if (/\d[xX*]{2,}$/.test(theirs)) return true;
  const [a, b] = [ours, theirs].map((address) => address.replaceAll(/\D/g, '')) as [string, string];
  return Math.min(a.length, b.length) >= 7 && (a.endsWith(b) || b.endsWith(a));
};

const byFit =
  (sent: SentMessage) =>
  (a: ListedMessage, b: ListedMessage): number =>
    Number(a.status === 'failed') - Number(b.status === 'failed') ||
    Number(a.mediaCount !== sent.mediaCount) - Number(b.mediaCount !== sent.mediaCount) ||
    Math.abs(a.createdAt - sent.startedAt) - Math.abs(b.createdAt - sent.startedAt) ||
    (a.sid < b.sid ? -1 : 1);
