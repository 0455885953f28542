/** A message as Twilio's API shows it: twilio.com/docs/messaging/api/message-resource, read 2026. */
import type { StoredMessage } from './message-store.js';

/** How fast a fake phone gets its messages, in milliseconds after they were accepted. */
export interface DeliveryTimes {
  readonly sentAfterMs: number;
  readonly deliveredAfterMs: number;
}

export type MessageStatus = 'accepted' | 'queued' | 'sent' | FinalStatus;
export type FinalStatus = 'delivered' | 'undelivered';

export interface Progress {
  readonly status: MessageStatus;
  /** Absent until a messaging service has chosen a sender. */
  readonly from?: string;
  readonly sentAt?: number;
  /** Why a message is undelivered, as a code of Twilio's. */
  readonly errorCode?: number;
  readonly updatedAt: number;
}

/** The number that a messaging service of the sandbox sends from. */
const poolSender = '+15005550006';

export const senderOf = (message: StoredMessage): string => message.from ?? poolSender;

export const finalStatusOf = (message: StoredMessage): FinalStatus => message.delivery ?? 'delivered';

/** Where a message is by now: computed from its age, so that nothing has to tick. */
export const progressOf = (message: StoredMessage, times: DeliveryTimes, now: number): Progress => {
  const { createdAt } = message;
  const age = now - createdAt;
  const from = senderOf(message);
  const sentAt = createdAt + times.sentAfterMs;
  if (age >= times.deliveredAfterMs) {
    const ended = { status: finalStatusOf(message), from, sentAt, updatedAt: createdAt + times.deliveredAfterMs };
    return message.errorCode === undefined ? ended : { ...ended, errorCode: message.errorCode };
  }
  if (age >= times.sentAfterMs) return { status: 'sent', from, sentAt, updatedAt: sentAt };
  if (message.from === undefined) return { status: 'accepted', updatedAt: createdAt };
  return { status: 'queued', from, updatedAt: createdAt };
};

/** As Twilio words them: twilio.com/docs/api/errors, read 2026. */
const errorMessages: Readonly<Record<number, string>> = {
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
};

const messagePath = ({ accountSid, sid }: Pick<StoredMessage, 'accountSid' | 'sid'>): string =>
  `/2010-04-01/Accounts/${accountSid}/Messages/${sid}`;

export const messageResource = (message: StoredMessage, progress: Progress): Readonly<Record<string, unknown>> => ({
  account_sid: message.accountSid,
  api_version: '2010-04-01',
  body: message.body,
  date_created: rfc2822(message.createdAt),
  date_sent: progress.sentAt === undefined ? null : rfc2822(progress.sentAt),
  date_updated: rfc2822(progress.updatedAt),
  direction: 'outbound-api',
  error_code: progress.errorCode ?? null,
  error_message: errorMessages[progress.errorCode ?? 0] ?? null,
  from: progress.from ?? null,
  messaging_service_sid: message.messagingServiceSid ?? null,
  num_media: progress.status === 'accepted' ? '0' : String(message.media.length),
  num_segments: progress.status === 'accepted' ? '0' : String(message.segmentCount),
  price: null,
  price_unit: 'USD',
  sid: message.sid,
  status: progress.status,
  subresource_uris: { media: `${messagePath(message)}/Media.json` },
  to: message.to,
  uri: `${messagePath(message)}.json`,
});

/** `Wed, 01 Apr 2026 12:00:00 +0000` */
const rfc2822 = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000');
