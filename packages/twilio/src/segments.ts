/**
 * How many segments a message takes: what Twilio bills, and what a sender's rate counts. SMS alone is cut into segments; a
 * picture message, or one on another channel, is one. 3GPP TS 23.038 (the alphabets) and TS 23.040 (the header that joins
 * segments takes seven places of GSM-7, three of UCS-2).
 */
import { SegmentedMessage } from 'sms-segments-calculator';
import { type FormPair, valueIn } from './form.js';

export interface Segments {
  /** At least 1. */
  readonly count: number;
  readonly encoding: 'GSM-7' | 'UCS-2';
}

/** Of a message as its form asks for it. */
export const countSegments = (form: readonly FormPair[]): number => {
  const value = (name: string): string => valueIn(form, name) ?? '';
  if (value('MediaUrl') !== '' || isOtherChannel(value('To'))) return 1;
  return readSegments(value('Body'), { isSmart: /^true$/i.test(value('SmartEncoded')) }).count;
};

const isOtherChannel = (to: string): boolean => /^[a-z]+:/i.test(to.trim());

/** One place of GSM-7 each, and two. */
const plain = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;
const gsm7 = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€\f]*$/;
const twoPlaces = /[\^{}\\[~\]|€\f]/;
/** Twilio takes no longer one (21617): about this many will do. */
const longestBody = 1_600;
/** Signs that join others to one character, which is not cut. */
const joined = /\p{M}|\u200d|[\u{1f1e6}-\u{1f1ff}]|[\u{1f3fb}-\u{1f3ff}]|\r\n/u;

/**
 * Most texts are told by the places of their characters. Only for the others Twilio's own calculator is asked: it takes
 * milliseconds for a long text, which a million messages don't have.
 */
export const readSegments = (body: string, { isSmart }: { isSmart: boolean }): Segments => {
  if (plain.test(body) && !body.includes('\r\n')) return { count: countPlain(body.length), encoding: 'GSM-7' };
  if ((isSmart || joined.test(body)) && body.length <= longestBody) return ask(body, isSmart);
  if (gsm7.test(body))
    return { count: fill(body, 160, 153, (sign) => (twoPlaces.test(sign) ? 2 : 1)), encoding: 'GSM-7' };
  return { count: fill(body, 70, 67, (sign) => sign.length), encoding: 'UCS-2' };
};

const countPlain = (length: number): number => (length <= 160 ? 1 : Math.ceil(length / 153));

/** No character is cut in two: one that has no room begins the next segment. */
const fill = (body: string, alone: number, each: number, placesOf: (sign: string) => number): number => {
  let [all, segments, used] = [0, 1, 0];
  for (const sign of body) {
    const places = placesOf(sign);
    all += places;
    if (used + places > each) [segments, used] = [segments + 1, 0];
    used += places;
  }
  return all <= alone ? 1 : segments;
};

const ask = (body: string, isSmart: boolean): Segments => {
  const { segmentsCount, encodingName } = new SegmentedMessage(body, 'auto', isSmart);
  return { count: Math.max(1, segmentsCount), encoding: encodingName === 'UCS-2' ? 'UCS-2' : 'GSM-7' };
};

/** The characters that GSM-7 does not have, each once: because of them a text takes more than twice the segments. */
export const signsOutsideGsm7 = (body: string): string[] => [
  ...new Set(Array.from(body).filter((sign) => !gsm7.test(sign))),
];
