/** What the sandbox has accepted: Twilio's log, as a person reads it. */
import type { House } from './house.js';

export interface AcceptedMessage {
  readonly sequence: number;
  readonly sid: string;
  readonly from: string;
  readonly to: string;
}

const pageSize = 10_000;

export const readMessages = async ({ sandbox }: House): Promise<AcceptedMessage[]> => {
  const messages: AcceptedMessage[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const answer = await fetch(`${sandbox.url}/sandbox/messages?limit=${pageSize}&after=${after}`);
    const page = (await answer.json()) as { messages: AcceptedMessage[]; next: number | null };
    messages.push(...page.messages);
    after = page.next;
  }
  return messages;
};

/** From this sender to this person. */
export const keyOf = ({ from, to }: Pick<AcceptedMessage, 'from' | 'to'>): string => `${from} to ${to}`;
