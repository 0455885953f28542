/** Sessions of people who signed in. The ledger keeps a hash of their ids: who reads it can't sign in with it. */
import { createHash } from 'node:crypto';
import type { Ledger } from './open-ledger.js';
import { type Ask, query } from './query.js';

/** What a session holds; whatever else whoever keeps them puts there. */
export interface SessionData {
  /** Whose it is. */
  readonly user: { readonly userId: number };
}

interface Saved {
  readonly data: SessionData;
  readonly expiresAt: Date;
}

// Promise: a disabled user has no session, and a role that was changed is the one that holds. Cost: two index probes.
const selectSession = `
  select s.data || jsonb_build_object(
    'user', s.data -> 'user' || jsonb_build_object('name', u.name, 'role', u.role)
  ) as data
  from quailrunner.sessions s
  join quailrunner.users u on u.id = s.user_id and u.disabled_at is null
  where s.id = $1 and s.expires_at > now()`;

// Why: what has expired goes with the next save, a few rows by their index.
const upsertSession = `
  with expired as (
    delete from quailrunner.sessions where expires_at < now() and id <> $1
  )
  insert into quailrunner.sessions (id, data, expires_at) values ($1, $2, $3)
  on conflict (id) do update set data = excluded.data, expires_at = excluded.expires_at`;

// Promise: a request that was under way while somebody ended the session doesn't bring it back.
const updateSession = `update quailrunner.sessions set data = $2, expires_at = $3 where id = $1`;

const removeSession = `delete from quailrunner.sessions where id = $1`;

const removeOfUser = `
  delete from quailrunner.sessions where user_id = $1 and ($2::bytea is null or id <> $2) returning expires_at > now() as live`;

/** What was saved, with its user's name and role as they are now; until it expires or its user is disabled. */
export const readSession = async (ledger: Ledger, sessionId: string): Promise<unknown> =>
  (await query<{ data: unknown }>(ledger, selectSession, [hashOf(sessionId)]))[0]?.data;

/** A new one, or one that holds something else than before. */
export const saveSession = async (ledger: Ledger, sessionId: string, session: Saved): Promise<void> => {
  await query(ledger, upsertSession, valuesOf(sessionId, session));
};

/** Only if it is still there. */
export const renewSession = async (ledger: Ledger, sessionId: string, session: Saved): Promise<void> => {
  await query(ledger, updateSession, valuesOf(sessionId, session));
};

export const deleteSession = async (ledger: Ledger, sessionId: string): Promise<void> => {
  await query(ledger, removeSession, [hashOf(sessionId)]);
};

/** Within a transaction: ends a user's sessions, all or all but one. How many were still open. */
export const removeSessions = async (ask: Ask, userId: number, exceptSessionId?: string): Promise<number> => {
  const except = exceptSessionId === undefined ? null : hashOf(exceptSessionId);
  const removed = await ask<{ live: boolean }>(removeOfUser, [userId, except]);
  return removed.filter(({ live }) => live).length;
};

const valuesOf = (sessionId: string, { data, expiresAt }: Saved): unknown[] => [
  hashOf(sessionId),
  JSON.stringify(data),
  expiresAt,
];

const hashOf = (sessionId: string): Buffer => createHash('sha256').update(sessionId).digest();
