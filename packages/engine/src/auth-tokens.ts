/**
 * The auth tokens that a receipt of a task's message may be signed with. Twilio signs with the account's own auth token,
 * also where the message was asked for with an API key.
 */
import { compileAction } from '@quailrunner/action';
import type { CompiledTask } from './compile-task.js';

/** Of the task's own Authorization header, where its user is an account; and the secret `twilio_auth_token`. */
export type AuthTokens = (task: CompiledTask) => readonly string[];

export const openAuthTokens = (secrets: Readonly<Record<string, string>>): AuthTokens => {
  const known = new WeakMap<CompiledTask, readonly string[]>();
  const read = (task: CompiledTask): readonly string[] => {
    const tokens = [ownToken(task, secrets), secrets.twilio_auth_token];
    return [...new Set(tokens.filter((token) => token !== undefined && token !== ''))] as string[];
  };
  return (task) => {
    const found = known.get(task) ?? read(task);
    known.set(task, found);
    return found;
  };
};

const ownToken = ({ settings }: CompiledTask, secrets: Readonly<Record<string, string>>): string | undefined => {
  const [, source] = Object.entries(settings.action.headers).find(([name]) => /^authorization$/i.test(name)) ?? [];
  const basic = /^Basic +(\S+)$/i.exec(renderAlone(source ?? '', secrets) ?? '')?.[1];
  return /^AC[0-9a-f]{32}:(.+)$/i.exec(Buffer.from(basic ?? '', 'base64').toString('utf8'))?.[1];
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
