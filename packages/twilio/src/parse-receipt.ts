/** Reads a status callback: a form whose fields grow without notice, so that only what is used is looked at. */
import type { Delivery, MessageCode } from '@quailrunner/domain';
import { addressesOf, type MessageAddress } from './address.js';
import { classifyFound } from './classify.js';
import { type CodeTable, messageCodes } from './codes.js';
import { asSid } from './read-answer.js';

export interface SaidOfMessage {
  readonly sid: string;
  /** In Twilio's word. */
  readonly status: string;
  readonly delivery: Delivery;
  /** Why it could not be delivered. */
  readonly code?: string;
  /** False where Twilio says that it had refused the message from the start, as its list says it too. */
  readonly wasSent: boolean;
  /** What the code means, where it is known. */
  readonly meaning?: MessageCode;
  /** Whom it was for, of each sender that it may have been asked from: the number, and its messaging service. */
  readonly addresses: readonly MessageAddress[];
}

/**
 * What each status means for the person who waits for the message: twilio.com/docs/messaging/api/message-resource, "Message
 * Status values", read April 2026. Any other one, known to us or not, still tells that Twilio has the message.
 */
const deliveryOf: Readonly<Record<string, Delivery>> = {
  sent: 'sent',
  partially_delivered: 'sent',
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
  canceled: 'undelivered',
};

/** `undefined` when no message or no status of it is told. */
export const parseReceipt = (
  parameters: readonly (readonly [string, string])[],
  codes: CodeTable = messageCodes,
): SaidOfMessage | undefined => {
  const valueIn = (name: string): string | undefined => parameters.find(([key]) => key === name)?.[1];
  const sid = asSid(valueIn('MessageSid') ?? valueIn('SmsSid'));
  const status = /^[a-z_]{1,32}$/.exec(valueIn('MessageStatus') ?? valueIn('SmsStatus') ?? '')?.[0];
  if (sid === undefined || status === undefined) return undefined;
  const code = /^\d{4,6}$/.exec(valueIn('ErrorCode') ?? '')?.[0];
  const found = classifyFound({ sid, status, ...(code === undefined ? {} : { errorCode: Number(code) }) }, codes);
  const meaning = codes.get(Number(code));
  const delivery = deliveryOf[status] ?? 'accepted';
  return {
    sid,
    status,
    delivery,
    wasSent: found.kind === 'accepted',
    addresses: addressesOf({
      account: valueIn('AccountSid'),
      number: valueIn('From'),
      service: valueIn('MessagingServiceSid'),
      person: valueIn('To'),
    }),
    ...(code === undefined ? {} : { code }),
    ...(meaning === undefined ? {} : { meaning }),
  };
};
