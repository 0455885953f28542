/** Lane: which runs share one rate. At Twilio the sender has the rate, so its lane is the account and the sender. */
import type { LaneKey } from '@quailrunner/domain';
import { type FormPair, valueIn } from './form.js';
import { accountSidOf } from './twilio-url.js';

/**
 * `twilio/AC…/+15005550006`, `twilio/AC…/MG…`, `twilio/AC…/whatsapp:+15005550006`; `undefined` when the URL is not
 * Twilio's or no sender can be told. With both a From and a messaging service the From is the sender, so it has the rate.
 */
export const laneKeyOf = (url: string, form: readonly FormPair[]): LaneKey | undefined => {
  const account = accountSidOf(url);
  const sender = givenIn(form, 'From') ?? givenIn(form, 'MessagingServiceSid');
  return account && sender ? `twilio/${account}/${normalSender(sender)}` : undefined;
};

/**
 * A sender as Twilio itself writes it, however a task does: a number in E.164, a channel in lower case. Ten digits are a number
 * of the US or Canada, fewer than seven a short code; a name stays as it is.
 */
export const normalSender = (sender: string): string => {
  const [, channel = '', address = ''] = /^([a-z]+:)?(.*)$/is.exec(sender.trim()) ?? [];
  const digits = address.replaceAll(/\D/g, '');
  if (!/^[+(\d][\d\s().\-/]*$/.test(address) || digits.length < 7) return channel.toLowerCase() + address;
  const isShort = digits.length === 10 && !address.startsWith('+');
  return `${channel.toLowerCase()}+${isShort ? '1' : ''}${digits}`;
};

const givenIn = (form: readonly FormPair[], name: string): string | undefined =>
  valueIn(form, name)?.trim() || undefined;
