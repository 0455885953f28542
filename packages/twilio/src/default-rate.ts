/**
 * How fast each kind of sender may send unless its owner has arranged for more, in segments a second: Twilio's "Understanding
 * Twilio rate limits and message queues" (support.twilio.com) and "WhatsApp throughput", read April 2026.
 */
import type { LaneKey } from '@quailrunner/domain';

interface Kind {
  readonly pattern: RegExp;
  readonly perSecond: number;
}

/** The first that matches; of a sender without punctuation. Whoever matches none is not limited until somebody says so. */
const kinds: readonly Kind[] = [
  { pattern: /^\+1(?:800|833|844|855|866|877|888)\d{7}$/, perSecond: 3 },
  // The United States and Canada; the islands that share their country code are taken to be as slow.
  { pattern: /^\+1\d{10}$/, perSecond: 1 },
  { pattern: /^\d{3,6}$/, perSecond: 100 },
  { pattern: /^\+\d{7,15}$/, perSecond: 10 },
  { pattern: /^whatsapp:/i, perSecond: 80 },
  // A messaging service spreads its messages over its own senders; of other channels we know nothing.
  { pattern: /^(?:MG[0-9a-f]{32}$|[a-z_]+:)/i, perSecond: Number.POSITIVE_INFINITY },
  // A name instead of a number.
  { pattern: /^[a-z0-9 ]{1,11}$/i, perSecond: 10 },
];

/** Of a lane's key as `laneKeyOf` makes it; `undefined`: no limit. */
export const defaultRateOf = (key: LaneKey): number | undefined => {
  const sender = /^twilio\/[^/]*\/(.*)$/s.exec(key)?.[1];
  if (sender === undefined) return undefined;
  const plain = /^[+\d\s().-]+$/.test(sender) ? sender.replaceAll(/[\s().-]/g, '') : sender;
  const perSecond = kinds.find(({ pattern }) => pattern.test(plain))?.perSecond;
  return perSecond === undefined || perSecond === Number.POSITIVE_INFINITY ? undefined : perSecond;
};
