/**
 * How many segments a message takes: what Twilio bills, and what a sender's rate counts. SMS alone is cut into segments; a
 * picture message, or one on another channel, is one.
 */
import { SegmentedMessage } from 'sms-segments-calculator';
import type { FormPair } from './lane-key.js';

/** The basic table of GSM-7 (3GPP TS 23.038, 6.2.1): each of its characters takes one of a segment's 160 places. */
const plain = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]*$/;
const inOne = { gsm7: 160, ucs2: 70 };
const inEachOfMany = 153;

/** Of a message as its form asks for it; at least 1. */
export const countSegments = (form: readonly FormPair[]): number => {
  const value = (name: string): string => form.findLast(([key]) => key === name)?.[1] ?? '';
  if (value('MediaUrl') !== '' || isOtherChannel(value('To'))) return 1;
  return segmentsOf(value('Body'), /^true$/i.test(value('SmartEncoded')));
};

const isOtherChannel = (to: string): boolean => /^[a-z]+:/i.test(to.trim());

/** Most texts are told by their length; the calculator takes milliseconds for a long one. */
const segmentsOf = (body: string, isSmart: boolean): number => {
  if (body.length <= inOne.ucs2) return 1;
  if (plain.test(body)) return body.length <= inOne.gsm7 ? 1 : Math.ceil(body.length / inEachOfMany);
  return new SegmentedMessage(body, 'auto', isSmart).segmentsCount;
};
