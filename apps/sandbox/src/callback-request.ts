/**
 * A status callback as Twilio posts it: twilio.com/docs/messaging/guides/track-outbound-message-status, read 2026. A pure
 * function of a message and a status.
 */
import { type FormPair, twilioSignature } from '@quailrunner/twilio';
import { type FinalStatus, senderOf } from './message-resource.js';
import type { StoredMessage } from './message-store.js';

export type CallbackStatus = 'sent' | FinalStatus;

export interface CallbackRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: readonly FormPair[];
}

export interface Callback {
  readonly message: StoredMessage;
  /** The message's StatusCallback. */
  readonly url: string;
  readonly status: CallbackStatus;
  /** Since when the message has this status; the callback may come later. */
  readonly at: number;
  readonly authToken: string;
}

export const callbackRequest = ({ message, url, status, at, authToken }: Callback): CallbackRequest => {
  const called = withoutFragment(url);
  const form = formOf(message, status, at);
  return {
    url: called,
    headers: {
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': twilioSignature({ authToken, url: called, params: form }),
    },
    form,
  };
};

/** `RawDlrDoneDate` stands for all that Twilio adds without notice: a receiver must bear with fields it doesn't know. */
const formOf = (message: StoredMessage, status: CallbackStatus, at: number): FormPair[] => {
  const form: FormPair[] = [
    ['ApiVersion', '2010-04-01'],
    ['SmsSid', message.sid],
    ['SmsStatus', status],
    ['MessageSid', message.sid],
    ['MessageStatus', status],
    ['AccountSid', message.accountSid],
    ['From', senderOf(message)],
    ['To', message.to],
  ];
  if (message.messagingServiceSid !== undefined) form.push(['MessagingServiceSid', message.messagingServiceSid]);
  if (status === 'sent') return form;
  if (message.errorCode !== undefined) form.push(['ErrorCode', String(message.errorCode)]);
  form.push(['RawDlrDoneDate', shortDate(at)]);
  return form;
};

/** Twilio signs the URL through the end of its query; a fragment never leaves the caller. */
const withoutFragment = (url: string): string => url.replace(/#.*$/s, '');

/** `2604011200` */
const shortDate = (at: number): string => new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 12);
