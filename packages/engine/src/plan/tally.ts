/** What a plan counts of the messages that would be sent, one after the other; nothing of any of them is kept. */
import type { Prices } from '@quailrunner/domain';
import {
  countSegments,
  type FormPair,
  type MessageAddress,
  readSegments,
  signsOutsideGsm7,
  valueIn,
} from '@quailrunner/twilio';
import { openSeenBefore } from './seen-before.js';

export interface Tally {
  /** Messages to somebody who gets one of these from the same sender already. */
  readonly duplicates: number;
  /** Messages by the calling code of their number's country, `+1`, `+49`; '' for other channels. */
  readonly countries: Readonly<Record<string, number>>;
  readonly segments: number;
  /** Messages that aren't in GSM-7, and the characters because of which, as far as they were looked at. */
  readonly ucs2: number;
  readonly signs: readonly string[];
  /** Of the messages that were looked at, those that SmartEncoded=true would make shorter. */
  readonly smart: { readonly looked: number; readonly shorter: number };
  readonly cost?: Cost;
}

export interface Cost {
  readonly currency: string;
  readonly total: number;
  /** Messages whose price the table doesn't tell. */
  readonly unpriced: number;
}

const mostSigns = 20;
/** The calculator takes up to a millisecond for one. */
const mostLooked = 500;

export const openTally = (prices?: Prices) => {
  const isSecond = openSeenBefore();
  const countries: Record<string, number> = {};
  const signs = new Set<string>();
  const units = new Map<number, number>();
  const smart = { looked: 0, shorter: 0 };
  let [duplicates, segments, ucs2, unpriced] = [0, 0, 0, 0];

  /** Returns its segments. */
  const countText = (body: string, isSmart: boolean): number => {
    const { encoding, count } = readSegments(body, { isSmart });
    if (encoding === 'GSM-7') return count;
    ucs2 += 1;
    if (smart.looked >= mostLooked) return count;
    smart.looked += 1;
    if (!isSmart && readSegments(body, { isSmart: true }).count < count) smart.shorter += 1;
    for (const sign of signsOutsideGsm7(body)) if (signs.size < mostSigns) signs.add(sign);
    return count;
  };

  return {
    /** Returns its segments. */
    add: (form: readonly FormPair[], address: MessageAddress | undefined, callingCode: string): number => {
      const value = (name: string): string => valueIn(form, name) ?? '';
      const isPicture = value('MediaUrl') !== '';
      const isText = !isPicture && callingCode !== '';
      const own = isText ? countText(value('Body'), /^true$/i.test(value('SmartEncoded'))) : countSegments(form);
      segments += own;
      countries[callingCode] = (countries[callingCode] ?? 0) + 1;
      if (address !== undefined && isSecond(`${address.sender} ${address.recipient}`)) duplicates += 1;
      if (prices !== undefined) {
        const price = priceOf(isPicture ? prices.mms : prices.sms, address?.recipient ?? '');
        if (price === undefined) unpriced += 1;
        else units.set(price, (units.get(price) ?? 0) + own);
      }
      return own;
    },
    read: (): Tally => ({
      duplicates,
      countries,
      segments,
      ucs2,
      signs: [...signs],
      smart,
      ...(prices === undefined ? {} : { cost: { currency: prices.currency, total: sumOf(units), unpriced } }),
    }),
  };
};

/** Of the longest beginning that the table has. */
const priceOf = (table: ReadonlyMap<string, number>, recipient: string): number | undefined => {
  for (let length = recipient.length; length >= 0; length--) {
    const price = table.get(recipient.slice(0, length));
    if (price !== undefined) return price;
  }
  return undefined;
};

const sumOf = (units: ReadonlyMap<number, number>): number => {
  const total = [...units].reduce((sum, [price, count]) => sum + price * count, 0);
  return Math.round(total * 1e4) / 1e4;
};
