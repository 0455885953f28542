/**
 * How Twilio signs its requests to us, in the header `X-Twilio-Signature`: twilio.com/docs/usage/security, "Validating
 * requests", read 2026.
 */
import { createHmac } from 'node:crypto';
import type { FormPair } from './form.js';

export interface Signable {
  /** The account's auth token; an API key's secret signs nothing. */
  readonly authToken: string;
  /** As Twilio was given it, from the scheme to the end of the query. */
  readonly url: string;
  /** The form's fields, decoded, in any order. */
  readonly params: readonly FormPair[];
}

/**
 * The base64 of HMAC-SHA1 over the URL and each name and value, sorted. A name's values are sorted too, and one that comes
 * twice counts once: so does Twilio's SDK.
 */
export const twilioSignature = ({ authToken, url, params }: Signable): string => {
  const hmac = createHmac('sha1', authToken).update(url);
  let last: FormPair | undefined;
  for (const pair of params.toSorted(byNameAndValue)) {
    if (last === undefined || byNameAndValue(last, pair) !== 0) hmac.update(pair[0] + pair[1]);
    last = pair;
  }
  return hmac.digest('base64');
};

/** By code units, whatever the locale. */
const byNameAndValue = ([name, value]: FormPair, [otherName, otherValue]: FormPair): number =>
  compare(name, otherName) || compare(value, otherValue);

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
