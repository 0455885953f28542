/** Who may call the sandbox: the accounts it pretends to know, and Basic auth as Twilio checks it. */
import { randomUUID } from 'node:crypto';

export interface SandboxAccount {
  /** `AC` and 32 hex digits. */
  readonly sid: string;
  readonly authToken: string;
  readonly apiKeys?: readonly ApiKey[];
  /** The account's senders; any well-formed sender is the account's own when absent. */
  readonly numbers?: readonly string[];
}

export interface ApiKey {
  /** `SK` and 32 hex digits. */
  readonly sid: string;
  readonly secret: string;
}

export interface AccountOptions {
  readonly accounts: readonly SandboxAccount[];
  /** Takes any account sid with any password that isn't empty. */
  readonly anyCredentials: boolean;
}

/** `stranger`: the credentials are good, the account in the URL is not theirs. */
export type Admission =
  | { readonly kind: 'admitted'; readonly account: SandboxAccount }
  | { readonly kind: 'unauthenticated' }
  | { readonly kind: 'stranger' };

export type Admit = (authorization: string | undefined, accountSid: string) => Admission;

export const generateAccount = (): SandboxAccount => ({
  sid: generateSid('AC'),
  authToken: hex32(),
  apiKeys: [{ sid: generateSid('SK'), secret: hex32() }],
});

/** A Twilio sid: two letters and 32 hex digits. */
export const generateSid = (prefix: string): string => prefix + hex32();

const hex32 = (): string => randomUUID().replaceAll('-', '');

/** Returns the check of an Authorization header against the account that the URL names. */
export const openAccounts = ({ accounts, anyCredentials }: AccountOptions): Admit => {
  const byCredentials = new Map<string, SandboxAccount>(
    accounts.flatMap((account) => [
      [`${account.sid}:${account.authToken}`, account] as const,
      ...(account.apiKeys ?? []).map(({ sid, secret }) => [`${sid}:${secret}`, account] as const),
    ]),
  );
  return (authorization, accountSid) => {
    const credentials = readBasic(authorization);
    const account = credentials === undefined ? undefined : byCredentials.get(credentials);
    if (account) return account.sid === accountSid ? { kind: 'admitted', account } : { kind: 'stranger' };
    if (!anyCredentials || !anyUser.test(credentials ?? '')) return { kind: 'unauthenticated' };
    if (!accountPattern.test(accountSid)) return { kind: 'stranger' };
    const isOther = credentials?.startsWith('AC') && !credentials.startsWith(`${accountSid}:`);
    return isOther ? { kind: 'stranger' } : { kind: 'admitted', account: { sid: accountSid, authToken: '' } };
  };
};

const accountPattern = /^AC[0-9a-fA-F]{32}$/;
const anyUser = /^(?:AC|SK)[0-9a-fA-F]{32}:./;
const basic = /^Basic +([A-Za-z0-9+/_-]+=*) *$/i;

const readBasic = (authorization: string | undefined): string | undefined => {
  const encoded = basic.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
};
