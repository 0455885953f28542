/**
 * The auth tokens that a receipt of a task's message may be signed with. Twilio signs with the auth token of the account
 * whose message it is, also where the message was asked for with an API key or by the account above it.
 */
import { compileAction } from '@quailrunner/action';
import { accountSidOf } from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';

/**
 * Of the task's own Authorization header, where its user is the account that the URL names; else the secret
 * `twilio_auth_token_ac…` of that account, else the secret `twilio_auth_token`.
 */
export type AuthTokens = (task: CompiledTask) => readonly string[];

/** Its secret `twilio_auth_token_ac…`, else the secret `twilio_auth_token`. */
export const tokensOfAccount = (account: string | undefined, secrets: Readonly<Record<string, string>>): string[] => {
  const named = account === undefined ? undefined : secrets[`twilio_auth_token_${account.toLowerCase()}`];
  const token = named ?? secrets.twilio_auth_token;
  return token === undefined || token === '' ? [] : [token];
};

export const openAuthTokens = (secrets: Readonly<Record<string, string>>): AuthTokens => {
  const known = new WeakMap<CompiledTask, readonly string[]>();
  const read = (task: CompiledTask): readonly string[] => {
    const account = accountSidOf(task.settings.action.url);
    const own = ownToken(task, account, secrets);
    return [...new Set([...(own === undefined ? [] : [own]), ...tokensOfAccount(account, secrets)])];
  };
  return (task) => {
    const found = known.get(task) ?? read(task);
    known.set(task, found);
    return found;
  };
};

const ownToken = (
  { settings }: CompiledTask,
  account: string | undefined,
  secrets: Readonly<Record<string, string>>,
): string | undefined => {
  const [, source] = Object.entries(settings.action.headers).find(([name]) => /^authorization$/i.test(name)) ?? [];
  const basic = /^Basic +(\S+)$/i.exec(renderAlone(source ?? '', secrets) ?? '')?.[1];
  const credentials = Buffer.from(basic ?? '', 'base64').toString('utf8');
  const [, user, token] = /^(AC[0-9a-f]{32}):(.+)$/i.exec(credentials) ?? [];
  // A URL whose account comes from a row may be anybody's: its signature decides.
  return account === undefined || user === account ? token : undefined;
};

/** A header that takes a row's columns, or a secret that isn't there, can't be told without them. */
const renderAlone = (source: string, secrets: Readonly<Record<string, string>>): string | undefined => {
  try {
    const action = compileAction({ url: 'https://api.twilio.com/', headers: { Authorization: source }, body: '' });
    return action.render({}, secrets).headers.Authorization;
  } catch {
    return undefined;
  }
};
