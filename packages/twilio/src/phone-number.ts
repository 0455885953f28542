/**
 * The recipient of a message as Twilio wants it: E.164, `+15005550010` (ITU-T E.164; twilio.com/docs/glossary/what-e164). A
 * number is taken for one when its country has numbers of that length: whether it is in use, nobody knows from its digits.
 */
import { getCountries, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { FormPair } from './form.js';

/** Two letters of ISO 3166-1, such as `US`. */
export type Region = string;

export const isRegion = (text: string): boolean => (getCountries() as readonly string[]).includes(text);

export type Recipient =
  | {
      readonly kind: 'number';
      readonly to: string;
      /** The calling code of its country, `1`, `49`; absent for an address of another channel. */
      readonly callingCode?: string;
    }
  /** Without the number itself. */
  | { readonly kind: 'bad'; readonly reason: string };

/** The North American Numbering Plan: ten digits, of which the first is no 0 or 1. Most numbers, told without a look-up. */
const northAmerican = /^\+1[2-9]\d{9}$/;

/** An address of another channel (`whatsapp:…`) stays as it is. A number without a country is one of `region`. */
export const readRecipient = (to: string, region?: Region): Recipient => {
  const text = to.trim();
  if (northAmerican.test(text)) return { kind: 'number', to: text, callingCode: '1' };
  if (/^[a-z]+:./i.test(text)) return { kind: 'number', to: text };
  if (text === '') return bad('there is no number in To');
  const hasCountry = text.startsWith('+');
  if (!hasCountry && region === undefined) {
    return bad('the number in To names no country: write it with a plus, or set defaultRegion');
  }
  const options = { extract: false, ...(region === undefined ? {} : { defaultCountry: region as never }) };
  const number = parsePhoneNumberFromString(text, options);
  if (number === undefined || number.ext !== undefined) return bad('what is in To is no phone number');
  if (!number.isPossible()) return bad('the number in To is too short or too long for its country');
  return { kind: 'number', to: number.number, callingCode: number.countryCallingCode };
};

const bad = (reason: string): Recipient => ({ kind: 'bad', reason });

/** The same form with another To. Everything else stays as it was written. */
export const withRecipient = (body: string, form: readonly FormPair[], to: string): string => {
  const place = form.findLastIndex(([name]) => name === 'To');
  if (place === -1 || form[place]?.[1] === to) return body;
  const pairs = body.split('&').filter((pair) => pair !== '');
  pairs[place] = `To=${encodeURIComponent(to)}`;
  return pairs.join('&');
};
