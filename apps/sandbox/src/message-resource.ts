/** A message as Twilio's API shows it: twilio.com/docs/messaging/api/message-resource, read 2026. */
import type { StoredMessage } from './message-store.js';

/** How fast a fake phone gets its messages, in milliseconds after they were accepted. */
export interface DeliveryTimes {
  readonly sentAfterMs: number;
  readonly deliveredAfterMs: number;
}

export type MessageStatus = 'accepted' | 'queued' | 'sent' | 'delivered';

export interface Progress {
  readonly status: MessageStatus;
  /** Absent until a messaging service has chosen a sender. */
  readonly from?: string;
  readonly sentAt?: number;
  readonly updatedAt: number;
}

/** The number that a messaging service of the sandbox sends from. */
const poolSender = '+15005550006';

/** Where a message is by now: computed from its age, so that nothing has to tick. */
export const progressOf = (message: StoredMessage, times: DeliveryTimes, now: number): Progress => {
  const { createdAt } = message;
  const age = now - createdAt;
  const from = message.from ?? poolSender;
  const sentAt = createdAt + times.sentAfterMs;
  if (age >= times.deliveredAfterMs) {
    return { status: 'delivered', from, sentAt, updatedAt: createdAt + times.deliveredAfterMs };
  }
  if (age >= times.sentAfterMs) return { status: 'sent', from, sentAt, updatedAt: sentAt };
  if (message.from === undefined) return { status: 'accepted', updatedAt: createdAt };
  return { status: 'queued', from, updatedAt: createdAt };
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
  error_code: null,
  error_message: null,
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
