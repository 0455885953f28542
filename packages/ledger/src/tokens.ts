/**
 * Tokens: how programs sign in to the API. Whoever makes one sees it once; the ledger keeps a hash, so that who reads it
 * can't use it.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Actor, Role } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction, query, withoutNulls } from './query.js';
import { recordAct } from './record-act.js';

/** By which people, and programs that look for secrets where none should be, know one. */
const prefix = 'quail_';
/** 256 bits can't be guessed, so their hash needs neither salt nor cost. */
const secretBytes = 32;

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  /** Absent: until it is revoked. */
  readonly expiresInMs?: number | undefined;
}

export interface TokenRow {
  readonly tokenId: number;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt?: Date;
  readonly isExpired: boolean;
  /** To the minute. */
  readonly lastUsedAt?: Date;
}

export interface FoundToken {
  readonly tokenId: number;
  readonly name: string;
  readonly role: Role;
}

// Concurrency: of two who give the same name at once, one is told that it is taken.
const insertToken = `
  insert into quailrunner.tokens (name, role, hash, created_by, expires_at)
  values ($1, $2, $3, $4, now() + make_interval(secs => $5::float8 / 1000))
  on conflict (name) where revoked_at is null do nothing
  returning expires_at as "expiresAt"`;

const revoke = `
  update quailrunner.tokens set revoked_at = now() where name = $1 and revoked_at is null
  returning role, expires_at as "expiresAt"`;

const selectTokens = `
  select id as "tokenId", name, role, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt",
    coalesce(expires_at <= now(), false) as "isExpired", last_used_at as "lastUsedAt"
  from quailrunner.tokens
  where revoked_at is null
  order by name`;

// Cost: an index probe; one write a minute, however many requests come at once.
const selectLive = `
  with found as (
    select id, name, role from quailrunner.tokens
    where hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
  ), used as (
    update quailrunner.tokens t set last_used_at = now()
    from found
    where t.id = found.id and (t.last_used_at is null or t.last_used_at < now() - interval '1 minute')
  )
  select id as "tokenId", name, role from found`;

/** The token, to be shown once; `undefined` when the name is taken. An expired one keeps its name until it is revoked. */
export const createToken = (
  ledger: Ledger,
  { name, role, expiresInMs }: NewToken,
  by: Actor,
): Promise<string | undefined> =>
  inTransaction(ledger, async (ask) => {
    const token = `${prefix}${randomBytes(secretBytes).toString('base64url')}`;
    const values = [name, role, hashOf(token), by.name, expiresInMs];
    const [created] = await ask<{ expiresAt: Date | null }>(insertToken, values);
    if (created === undefined) return undefined;
    const after = withoutNulls({ role, ...created });
    await recordAct(ask, { by, act: 'token.created', subject: { kind: 'token', id: name }, after });
    return token;
  });

/** Acts at once. False when there is none of that name. */
export const revokeToken = (ledger: Ledger, name: string, by: Actor): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    const [before] = await ask<{ role: Role; expiresAt: Date | null }>(revoke, [name]);
    if (before === undefined) return false;
    const subject = { kind: 'token', id: name } as const;
    await recordAct(ask, { by, act: 'token.revoked', subject, before: withoutNulls(before) });
    return true;
  });

/** Those that were not revoked, by name. */
export const readTokens = async (ledger: Ledger): Promise<TokenRow[]> =>
  (await query<TokenRow>(ledger, selectTokens)).map(withoutNulls);

/** Whose it is, while it holds; notes that it was used. */
export const findToken = async (ledger: Ledger, token: string): Promise<FoundToken | undefined> =>
  token.startsWith(prefix) ? (await query<FoundToken>(ledger, selectLive, [hashOf(token)]))[0] : undefined;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
