/**
 * An action as pages and files may show it. Secrets are named in it and stay names; a credential that somebody wrote into a
 * header or an address is masked, whatever it is.
 */
import type { Action } from '@quailrunner/domain';

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
  url: url.replace(/^(https?:\/\/)[^/?#@]*@/i, `$1${credentialMask}@`),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      isCredential(name) && !onlyNames.test(value) ? maskCredential(value) : value,
    ]),
  ),
  body,
});
