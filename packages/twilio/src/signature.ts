/** How Twilio signs what it sends to us: twilio.com/docs/usage/security, "Validating requests", read April 2026. */
import { createHmac } from 'node:crypto';

export interface Signable {
  readonly authToken: string;
  readonly url: string;
  readonly params: readonly (readonly [name: string, value: string])[];
}

/** X-Twilio-Signature: base64 of the HMAC-SHA1 over the URL and each key and value, keys sorted. */
export const twilioSignature = ({ authToken, url, params }: Signable): string => {
  const sorted = [...params].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return createHmac('sha1', authToken)
    .update(url + sorted.flat().join(''))
    .digest('base64');
};
