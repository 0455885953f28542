/** `open` lanes send. A person pauses and resumes a lane; a lane fault holds it, with the reason, until a person resumes it. */
export type LaneState = 'open' | 'paused' | 'held';

/** Why nothing leaves in a lane, or not for a moment; `undefined` where it sends. */
export const whyStopped = ({
  state,
  reason,
  backoffMs,
  backoffCode,
}: {
  readonly state: LaneState;
  /** Why it is held, or who paused it. */
  readonly reason?: string | undefined;
  readonly backoffMs?: number | undefined;
  readonly backoffCode?: string | undefined;
}): string | undefined => {
  if (state === 'paused' && reason !== undefined) return `by ${reason}`;
  if (reason !== undefined || backoffMs === undefined) return reason;
  return `${backoffCode}: rests for ${Math.ceil(backoffMs / 1_000)} s`;
};

/**
 * Names the runs that share one rate. The key tells a Twilio account and sender (`twilio/AC…/+15005550006`) or a host
 * (`host/api.example.com`), so it may hold a phone number: it stays in the ledger, and Redis knows a lane by its id.
 */
export type LaneKey = string;

/** What may be shown and logged of a lane key: a sender's number, however it is written, keeps its last two digits. */
export const maskLaneKey = (key: LaneKey): string => {
  const [, account, sender] = /^(twilio\/[^/]*\/)(.*)$/s.exec(key) ?? [];
  if (account === undefined || sender === undefined) return maskPlainNumbers(shortenSids(key));
  return maskPlainNumbers(shortenSids(account)) + maskSender(sender);
};

/** What may be shown of a sender: the last two digits of a number; a name, a short code and a service as they are. */
export const maskSender = (sender: string): string => maskWrittenNumbers(shortenSids(sender));

/** What may be shown of a recipient: the last two digits of a number; of anything else, its channel. */
export const maskAddress = (address: string): string => {
  const [, channel = ''] = /^([a-z]+:)?/i.exec(address) ?? [];
  const rest = address.slice(channel.length);
  return `${channel}•••${/^[^\p{L}]*\d\d$/u.test(rest) ? rest.slice(-2) : ''}`;
};

const shortenSids = (text: string): string =>
  text.replaceAll(/\b((?:AC|MG)[0-9a-f]{4})[0-9a-f]{24}([0-9a-f]{4})\b/gi, '$1…$2');

const maskPlainNumbers = (text: string): string => text.replaceAll(/\+?\d{5,}(?=\d{2})/g, '•••');

/** Anything but a letter may stand between the digits of a number. A short code has fewer than seven of them. */
const maskWrittenNumbers = (sender: string): string =>
  sender.replaceAll(/[+(]*\d(?:[^\p{L}\d…]*\d){6,}/gu, (number) => `•••${number.replaceAll(/\D/g, '').slice(-2)}`);
