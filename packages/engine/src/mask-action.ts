/**
 * An action as pages and files may show it. Secrets are named in it and stay names; what somebody wrote into a header, or into a
 * parameter of the address, is masked where its name says that it is a credential.
 */
import type { Action } from '@quailrunner/domain';
import { isMessagesUrl } from '@quailrunner/twilio';

export const credentialMask = '********';

const credentials = /auth|cookie|token|secret|password|signature|api[-_]?key|(?:^|[-_])key$/i;

/** By its name: of a header, or of a parameter in an address. */
export const isCredential = (name: string): boolean => credentials.test(name);

/** The scheme of a credential says nothing. */
export const maskCredential = (value: string): string =>
  value.replace(/^((?:Basic|Bearer|Digest) +)?.*$/is, `$1${credentialMask}`);

/** Only names of secrets, and what stands around them in public: the scheme. */
const onlyNames = /^(?:(?:Basic|Bearer|Digest) +)?(?:\{\{-?\s*secrets\.\w+\s*-?\}\}:?)+$/i;

export const maskAction = ({ url, headers, body }: Action): Action => ({
  url: maskParameters(url.replace(/^(https?:\/\/)[^/?#@]*@/i, `$1${credentialMask}@`)),
  headers: mapHeaders(headers, (name, value) =>
    isCredential(name) && !onlyNames.test(value) ? maskCredential(value) : value,
  ),
  body,
});

/** Of a query, those whose name says what they are. */
const maskParameters = (url: string): string =>
  url.replaceAll(/([?&])([^=&#?]+)=([^&#]*)/g, (whole, sign: string, name: string, value: string) =>
    isCredential(name) && value !== '' && !onlyNames.test(value) ? `${sign}${name}=${credentialMask}` : whole,
  );

const hidden = '•••';

/**
 * What those may see who only look. A message at Twilio is told by its form; what goes anywhere else may hold, in any place,
 * what only its owner knows.
 */
export const outlineAction = (action: Action): Action => {
  const { url, headers, body } = maskAction(action);
  if (isMessagesUrl(action.url)) return { url, headers, body };
  const [origin = hidden] = /^https?:\/\/[^/?#\\]*/i.exec(url) ?? [];
  return {
    url: origin === url ? url : `${origin}/${hidden}`,
    headers: mapHeaders(headers, (name, value) =>
      /^content-type$/i.test(name) || onlyNames.test(value) ? value : hidden,
    ),
    body: body === '' ? '' : hidden,
  };
};

const mapHeaders = (headers: Action['headers'], map: (name: string, value: string) => string): Action['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, map(name, value)]));
