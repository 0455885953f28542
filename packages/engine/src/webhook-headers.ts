/**
 * Webhook headers: **render** → send. What a plain host is sent beside the headers of its task: a key by which it knows a
 * repeat, and, where the task names a secret for it, a signature or the secret itself.
 *
 * What a task sets itself is never overwritten, and Twilio is sent none of these.
 */
import { createHash, createHmac } from 'node:crypto';
import type { RenderedRequest } from '@quailrunner/action';
import { QuailError, type TaskSettings } from '@quailrunner/domain';
import type { StartedRun } from '@quailrunner/ledger';
import type { CompiledTask } from './compile-task.js';

export interface WebhookDeps {
  readonly secrets: Readonly<Record<string, string>>;
  readonly now: () => Date;
}

/** The settings that name a secret for headers of ours, and these headers, in lower case. */
export const headersOfSetting = {
  signWith: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  sharedSecret: ['x-quail-task-secret'],
} as const satisfies Partial<Record<keyof TaskSettings, readonly string[]>>;

export type SecretSetting = keyof typeof headersOfSetting;

/** Throws RENDER_SECRET_MISSING or WEBHOOK_SECRET_INVALID: nothing may be sent then. Neither holds anything of the secret. */
export const withWebhookHeaders = (
  request: RenderedRequest,
  task: Pick<CompiledTask, 'settings' | 'target'>,
  run: Pick<StartedRun, 'runId' | 'entityPk'>,
  deps: WebhookDeps,
): RenderedRequest => {
  if (task.target === 'twilio') return request;
  const { name, signWith, sharedSecret } = task.settings;
  const { url, headers: own, body } = request;
  const headers: Record<string, string> = { ...own };
  const id = idOf(name, run);
  if (!hasAny(own, ['idempotency-key'])) headers['Idempotency-Key'] = id;
  if (signWith !== undefined && !hasAny(own, headersOfSetting.signWith)) {
    Object.assign(headers, sign(id, body, signingKey(signWith, deps.secrets), deps.now()));
  }
  if (sharedSecret !== undefined && !hasAny(own, headersOfSetting.sharedSecret)) {
    headers['X-Quail-Task-Secret'] = comparedSecret(sharedSecret, deps.secrets);
  }
  return { url, headers, body };
};

/** Names of the secrets that the settings ask for, beside those of the action. */
export const webhookSecretNames = ({ signWith, sharedSecret }: TaskSettings): string[] =>
  [signWith, sharedSecret].filter((name) => name !== undefined);

const hasAny = (headers: RenderedRequest['headers'], names: readonly string[]): boolean =>
  Object.keys(headers).some((name) => names.includes(name.toLowerCase()));

/** Stable over the attempts of a run, and says nothing of the entity. */
const idOf = (task: string, { runId, entityPk }: Pick<StartedRun, 'runId' | 'entityPk'>): string =>
  createHash('sha256').update([task, runId, entityPk].join('\0')).digest('hex').slice(0, 32);

/**
 * Standard Webhooks 1.0.0, "Signature scheme" and "Webhook headers"
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, read 2026-11-25). The time
 * is that of the attempt, so that a receiver can refuse what is old.
 */
const sign = (id: string, body: string, key: Buffer, now: Date): Record<string, string> => {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
};

/** What every library of Standard Webhooks decodes alike: with its padding, and of the alphabet with + and /. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const leastKeyBytes = 24;
const makeOne = 'make one with: echo "whsec_$(openssl rand -base64 32)"';

/**
 * The spec writes a secret as `whsec_` and base64, and lets a sender reuse the secret of an older scheme: that one stands
 * for its own bytes. A key for ed25519 would be taken for such a secret, and no receiver could verify what it signs.
 *
 * Decoded for each request: it takes an eighth of the time of the HMAC, and there is nothing to keep and to forget.
 */
const signingKey = (name: string, secrets: WebhookDeps['secrets']): Buffer => {
  const secret = readSecret('signWith', name, secrets);
  if (/^wh[sp]k_/.test(secret))
    throw invalid('signWith', name, `is a key for ed25519, which we don't sign with`, makeOne);
  if (!secret.startsWith('whsec_')) return Buffer.from(secret);
  const encoded = secret.slice('whsec_'.length);
  if (!base64.test(encoded)) throw invalid('signWith', name, 'is not base64 after "whsec_"', makeOne);
  const key = Buffer.from(encoded, 'base64');
  if (key.length >= leastKeyBytes) return key;
  throw invalid('signWith', name, `has fewer than ${leastKeyBytes} bytes after "whsec_"`, makeOne);
};

/** What arrives as it was sent, whatever the receiver's library makes of spaces around a value and of Latin-1. */
const safeInHeader = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

const comparedSecret = (name: string, secrets: WebhookDeps['secrets']): string => {
  const secret = readSecret('sharedSecret', name, secrets);
  if (safeInHeader.test(secret)) return secret;
  throw invalid(
    'sharedSecret',
    name,
    "can't stand in a header",
    'use ASCII only, without a space or a line break around it',
  );
};

/** An empty one counts as unset, as in the environment. */
const readSecret = (setting: SecretSetting, name: string, secrets: WebhookDeps['secrets']): string => {
  const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (secret) return secret;
  const message = `${setting}: there is no secret "${name}" (set QUAIL_SECRET_${name.toUpperCase()})`;
  throw new QuailError('RENDER_SECRET_MISSING', message);
};

const invalid = (setting: SecretSetting, name: string, what: string, mend: string): QuailError =>
  new QuailError('WEBHOOK_SECRET_INVALID', `${setting}: the secret "${name}" ${what}; ${mend}`);
