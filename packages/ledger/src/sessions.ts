/** Sessions of people who signed in. The ledger keeps a hash of their ids: who reads it can't sign in with it. */
import { createHash } from 'node:crypto';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

const selectSession = `select data from quailrunner.sessions where id = $1 and expires_at > now()`;

// Why: what has expired goes with the next save, a few rows by their index.
const upsertSession = `
  with expired as (
    delete from quailrunner.sessions where expires_at < now() and id <> $1
  )
  insert into quailrunner.sessions (id, data, expires_at) values ($1, $2, $3)
  on conflict (id) do update set data = excluded.data, expires_at = excluded.expires_at`;

const removeSession = `delete from quailrunner.sessions where id = $1`;

/** What was saved, until it expires. */
export const readSession = async (ledger: Ledger, sessionId: string): Promise<unknown> =>
  (await query<{ data: unknown }>(ledger, selectSession, [hashOf(sessionId)]))[0]?.data;

export const saveSession = async (
  ledger: Ledger,
  sessionId: string,
  session: { readonly data: object; readonly expiresAt: Date },
): Promise<void> => {
  await query(ledger, upsertSession, [hashOf(sessionId), JSON.stringify(session.data), session.expiresAt]);
};

export const deleteSession = async (ledger: Ledger, sessionId: string): Promise<void> => {
  await query(ledger, removeSession, [hashOf(sessionId)]);
};

const hashOf = (sessionId: string): Buffer => createHash('sha256').update(sessionId).digest();
