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
  /** The auth token of accounts that are not listed and come with an API key, which doesn't tell it. */
  readonly callbackAuthToken?: string;
}

/** The account that a request is made for. */
export interface Caller extends Pick<SandboxAccount, 'sid' | 'numbers'> {
  /** Signs its callbacks; absent when nobody has told it. */
  readonly authToken?: string;
}

/** `stranger`: the credentials are good, the account in the URL is not theirs. */
export type Admission =
  | { readonly kind: 'admitted'; readonly account: Caller }
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
export const openAccounts = ({ accounts, anyCredentials, callbackAuthToken }: AccountOptions): Admit => {
  const byCredentials = new Map<string, SandboxAccount>(
    accounts.flatMap((account) => [
      [`${account.sid}:${account.authToken}`, account] as const,
      ...(account.apiKeys ?? []).map(({ sid, secret }) => [`${sid}:${secret}`, account] as const),
    ]),
  );
  const tokens = new Map(accounts.map(({ sid, authToken }) => [sid, authToken]));
  return (authorization, accountSid) => {
    const credentials = readBasic(authorization);
    const account = credentials === undefined ? undefined : byCredentials.get(credentials);
    if (account) return account.sid === accountSid ? { kind: 'admitted', account } : { kind: 'stranger' };
    const [, user, password] = (anyCredentials && anyUser.exec(credentials ?? '')) || [];
    if (user === undefined || password === undefined) return { kind: 'unauthenticated' };
    if (!accountPattern.test(accountSid)) return { kind: 'stranger' };
    if (user.startsWith('SK')) return admit(accountSid, tokens.get(accountSid) ?? callbackAuthToken);
    return user === accountSid ? admit(accountSid, password) : { kind: 'stranger' };
  };
};

const admit = (sid: string, authToken: string | undefined): Admission => ({
  kind: 'admitted',
  account: authToken === undefined ? { sid } : { sid, authToken },
});

const accountPattern = /^AC[0-9a-fA-F]{32}$/;
const anyUser = /^((?:AC|SK)[0-9a-fA-F]{32}):(.+)/s;
const basic = /^Basic +([A-Za-z0-9+/_-]+=*) *$/i;

const readBasic = (authorization: string | undefined): string | undefined => {
  const encoded = basic.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
};
