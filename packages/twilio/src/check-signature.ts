/** Whether a request is Twilio's: its signature over our own address, as Twilio knows it, and all it sends. */
import { timingSafeEqual } from 'node:crypto';
import { twilioSignature } from './signature.js';

export interface SignedRequest {
  readonly authToken: string;
  /** The whole public address with its query. */
  readonly url: string;
  /** The form, decoded. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/**
 * Takes the signature of the address with its port and without: which of them Twilio signs depends on the protocol and on
 * what a proxy made of it (twilio.com/docs/usage/security, "Validating requests", read April 2026).
 */
export const isSignedByTwilio = (
  signature: string | undefined,
  { authToken, url, parameters }: SignedRequest,
): boolean =>
  signature?.length === 28 &&
  spellings(url).some((spelling) =>
    isSame(signature, twilioSignature({ authToken, url: spelling, params: parameters })),
  );

const isSame = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const usualPort: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** The text stays as it is but for the port: a URL that is parsed and written again may come out differently. */
const spellings = (url: string): string[] => {
  const [, scheme = '', host = '', port, rest = ''] = /^(https?:)\/\/([^/?#]*?)(:\d+)?([/?#].*)?$/i.exec(url) ?? [];
  if (host === '') return [url];
  const withPort = `${scheme}//${host}${port ?? `:${usualPort[scheme.toLowerCase()]}`}${rest}`;
  return [...new Set([url, withPort, `${scheme}//${host}${rest}`])];
};
