/**
 * A recipient's own message to a sender, as Twilio's inbound webhook tells it. Of its text nothing is kept: what matters is
 * whether it asks for no more messages, or for messages again.
 */
import { addressesOf, type MessageAddress } from './address.js';
import { asSid } from './read-answer.js';

export interface Reply {
  readonly accountSid: string;
  /** Whom it speaks to, and who wrote it: the recipient of those senders' messages. */
  readonly addresses: readonly MessageAddress[];
  readonly asks?: 'stop' | 'start';
}

/** Twilio's own words, for a sender without others: twilio.com/docs/messaging/features/opt-out-keywords, read 2026. */
const stopWords: ReadonlySet<string> = new Set([
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
]);
const startWords: ReadonlySet<string> = new Set(['START', 'YES', 'UNSTOP']);

/** `undefined` when the form tells no account, no sender or no recipient. */
export const parseReply = (parameters: readonly (readonly [string, string])[]): Reply | undefined => {
  const valueIn = (name: string): string => parameters.find(([key]) => key === name)?.[1]?.trim() ?? '';
  const accountSid = asSid(valueIn('AccountSid'));
  const addresses = addressesOf({
    account: accountSid,
    number: valueIn('To'),
    service: valueIn('MessagingServiceSid'),
    person: valueIn('From'),
  });
  if (accountSid === undefined || addresses.length === 0) return undefined;
  const asks = wishOf(valueIn('OptOutType'), valueIn('Body'));
  return { accountSid, addresses, ...(asks === undefined ? {} : { asks }) };
};

/** Where the account has words of its own, Twilio tells what it made of the message (OptOutType: STOP, START, HELP). */
const wishOf = (optOutType: string, body: string): Reply['asks'] => {
  const word = (optOutType || body).toUpperCase();
  if (stopWords.has(word)) return 'stop';
  return startWords.has(word) ? 'start' : undefined;
};
