/** Who sends to whom: what an opt-out is kept by, so that every task with that sender leaves that recipient alone. */
import type { LaneKey } from '@quailrunner/domain';
import { type FormPair, valueIn } from './form.js';
import { laneKeyOf, normalSender } from './lane-key.js';
import { asSid } from './read-answer.js';

export interface MessageAddress {
  /** As a lane's key names it, whatever lane the task sends in: `twilio/AC…/+15005550006`, `twilio/AC…/MG…`. */
  readonly sender: LaneKey;
  /** As Twilio writes it: `+15005550010`, `whatsapp:+15005550010`. */
  readonly recipient: string;
}

/** Of a message as it is asked for, its To in E.164; `undefined` where the form names no sender or no recipient. */
export const addressOf = (url: string, form: readonly FormPair[]): MessageAddress | undefined => {
  const sender = laneKeyOf(url, form);
  const recipient = valueIn(form, 'To')?.trim();
  return sender === undefined || !recipient ? undefined : { sender, recipient };
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
  const [account, number, recipient] = [asSid(told.account), told.number?.trim(), told.person?.trim()];
  if (account === undefined || !number || !recipient) return [];
  const senders = [normalSender(number), asSid(told.service)].filter((sender) => sender !== undefined);
  return senders.map((sender) => ({ sender: `twilio/${account}/${sender}`, recipient }));
};
