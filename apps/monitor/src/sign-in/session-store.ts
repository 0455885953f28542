/** Sessions live in the ledger, so that every monitor knows them and a restart forgets none. */
import type { FastifySessionObject, FastifySessionOptions, SessionStore } from '@fastify/session';
import { deleteSession, type Ledger, type Role, readSession, renewSession, saveSession } from '@quailrunner/ledger';
import type { Session } from 'fastify';
import { withDeadline } from '../deadline.js';
import { awayAfter } from '../stores.js';

export interface SignedIn {
  readonly userId: number;
  readonly name: string;
  readonly role: Role;
}

declare module 'fastify' {
  interface Session {
    user?: SignedIn;
    /** What the tokens of its forms are made of. */
    _csrf?: string;
  }
}

/** What the ledger keeps of a session. */
interface Stored {
  readonly user: SignedIn;
  readonly csrf?: string | undefined;
  readonly secure: boolean;
  /** ISO 8601; the ledger itself stops answering for the session then. */
  readonly expiresAt: string;
}

/** A session ends this long after its last request. */
const lifetimeMs = 12 * 3_600_000;
/** The end is moved in the ledger at most this often, not with each request of a page that refreshes itself. */
const renewEveryMs = 5 * 60_000;
const timeoutMs = 5_000;

/** `secure` is decided at each sign-in. */
export const sessionCookie = {
  path: '/',
  httpOnly: true,
  sameSite: 'strict',
  secure: false,
  maxAge: lifetimeMs,
} satisfies FastifySessionOptions['cookie'];

export const openSessionStore = (ledger: Ledger): SessionStore => ({
  get: (id, done) => {
    const reading = withDeadline(readSession(ledger, id), timeoutMs, awayAfter('LEDGER', timeoutMs));
    reading.then((stored) => done(null, stored === undefined ? null : restore(stored as Stored)), done);
  },
  set: (id, session, done) => {
    const { user, cookie, _csrf: csrf } = session;
    // Somebody who has not signed in leaves nothing behind.
    if (user === undefined) return done();
    const isNew = (session as FastifySessionObject).isModified();
    if (!isNew && !isRenewalDue(cookie)) return done();
    const expiresAt = cookie.expires ?? new Date(Date.now() + lifetimeMs);
    const data: Stored = { user, csrf, secure: cookie.secure === true, expiresAt: expiresAt.toISOString() };
    if (isNew) return void saveSession(ledger, id, { data, expiresAt }).then(() => done(), done);
    // A renewal that fails is tried again with the next request.
    renewSession(ledger, id, { data, expiresAt }).catch(() => {});
    done();
  },
  destroy: (id, done) => {
    deleteSession(ledger, id).then(() => done(), done);
  },
});

const restore = ({ user, csrf, secure, expiresAt }: Stored): Session => ({
  user,
  ...(csrf !== undefined && { _csrf: csrf }),
  cookie: { ...sessionCookie, secure, originalMaxAge: lifetimeMs, expires: new Date(expiresAt) },
});

/** `originalExpires` is the end as the ledger has it, `expires` the one that this request gives. */
const isRenewalDue = (cookie: Session['cookie']): boolean => {
  const { originalExpires, expires } = cookie as { originalExpires?: Date; expires?: Date | null };
  return !originalExpires || !expires || expires.getTime() - originalExpires.getTime() > renewEveryMs;
};
