/** Who sends to whom: what an opt-out is kept by, so that every task with that sender leaves that recipient alone. */
import type { LaneKey } from '@quailrunner/domain';
import { type FormPair, laneKeyOf } from './lane-key.js';
import { asSid } from './read-answer.js';

export interface MessageAddress {
  /** As a lane's key names it, whatever lane the task sends in: `twilio/AC…/+15005550006`, `twilio/AC…/MG…`. */
  readonly sender: LaneKey;
  /** As Twilio writes it: `+15005550010`, `whatsapp:+15005550010`. */
  readonly recipient: string;
}

/** Of a message as it is asked for; `undefined` where the form names no sender or no recipient. */
export const addressOf = (url: string, form: readonly FormPair[]): MessageAddress | undefined => {
  const sender = laneKeyOf(url, form);
  const to = form.findLast(([name]) => name === 'To')?.[1];
  return sender === undefined || !to?.trim() ? undefined : { sender, recipient: normalRecipient(to, sender) };
};

/**
 * As Twilio's own posts to us tell it, where only the number is sure: a task may send from it, or from the messaging service
 * that it belongs to. None where the account, the number or the person is missing.
 */
export const addressesOf = (told: {
  readonly account: string | undefined;
  readonly number: string | undefined;
  readonly service: string | undefined;
  readonly person: string | undefined;
}): MessageAddress[] => {
  const [account, number, person] = [asSid(told.account), told.number?.trim(), told.person?.trim()];
  if (account === undefined || !number || !person) return [];
  const recipient = normalRecipient(person, `twilio/${account}/${number}`);
  const senders = [number, asSid(told.service)].filter((sender) => sender !== undefined);
  return senders.map((sender) => ({ sender: `twilio/${account}/${sender}`, recipient }));
};

/**
 * A number as Twilio itself writes it (E.164), so that what a task writes with blanks or without its country is found again:
 * a number without a plus is taken for one of the sender's country where that is the US or Canada.
 */
const normalRecipient = (to: string, sender: LaneKey): string => {
  const [, channel = '', address = ''] = /^([a-z]+:)?(.*)$/is.exec(to.trim()) ?? [];
  const number = address.replaceAll(/[\s().\-/]/g, '');
  if (!/^\+?\d+$/.test(number)) return to.trim();
  return channel.toLowerCase() + withCountry(number, /\/(?:[a-z]+:)?\+1\d+$/i.test(sender));
};

const withCountry = (number: string, isNorthAmerican: boolean): string => {
  if (number.startsWith('+')) return number;
  return isNorthAmerican && number.length === 10 ? `+1${number}` : `+${number}`;
};
