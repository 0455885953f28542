/** Changes to people who sign in: role, password, and whether they may. One enabled admin always stays. */
import type { Actor, Role } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { type Ask, inTransaction } from './query.js';
import { recordAct } from './record-act.js';
import { removeSessions } from './sessions.js';

/** `last-admin`: refused, because nobody could take it back. */
export type UserChange = 'changed' | 'unchanged' | 'no-such-user' | 'last-admin';

interface LockedUser {
  readonly userId: number;
  readonly role: Role;
  readonly isDisabled: boolean;
  readonly passwordChangedAt: Date;
  /** No other admin may sign in. */
  readonly isLastAdmin: boolean;
}

// Concurrency: whoever changes a user waits here for whoever else does, so that of two admins who take each other's role
// away, the second is the last. Sign-ins go on: a session's reference to its user asks for less than this lock.
const lockAdmins = `
  select id as "userId" from quailrunner.users
  where role = 'admin' and disabled_at is null
  order by id
  for no key update`;

const lockUser = `
  select id as "userId", role, disabled_at is not null as "isDisabled", password_changed_at as "passwordChangedAt"
  from quailrunner.users
  where name = $1
  for no key update`;

const setRole = `update quailrunner.users set role = $2 where id = $1`;

const setDisabled = `update quailrunner.users set disabled_at = case when $2::boolean then now() end where id = $1`;

const setPassword = `
  update quailrunner.users set password_hash = $2, password_changed_at = now() where id = $1
  returning password_changed_at as "passwordChangedAt"`;

/** Acts at once, in sessions that are open, too. */
export const setUserRole = (ledger: Ledger, name: string, role: Role, by: Actor): Promise<UserChange> =>
  changeUser(ledger, name, async (ask, user) => {
    if (user.role === role) return 'unchanged';
    if (user.isLastAdmin) return 'last-admin';
    await ask(setRole, [user.userId, role]);
    const before = { role: user.role };
    await recordAct(ask, { by, act: 'user.role_set', subject: { kind: 'user', id: name }, before, after: { role } });
    return 'changed';
  });

/** Ends all their sessions. */
export const disableUser = (ledger: Ledger, name: string, by: Actor): Promise<UserChange> =>
  changeUser(ledger, name, async (ask, user) => {
    if (user.isDisabled) return 'unchanged';
    if (user.isLastAdmin) return 'last-admin';
    await ask(setDisabled, [user.userId, true]);
    await removeSessions(ask, user.userId);
    const states = { before: { state: 'enabled' }, after: { state: 'disabled' } };
    await recordAct(ask, { by, act: 'user.disabled', subject: { kind: 'user', id: name }, ...states });
    return 'changed';
  });

export const enableUser = (ledger: Ledger, name: string, by: Actor): Promise<UserChange> =>
  changeUser(ledger, name, async (ask, user) => {
    if (!user.isDisabled) return 'unchanged';
    await ask(setDisabled, [user.userId, false]);
    const states = { before: { state: 'disabled' }, after: { state: 'enabled' } };
    await recordAct(ask, { by, act: 'user.enabled', subject: { kind: 'user', id: name }, ...states });
    return 'changed';
  });

export interface PasswordChange {
  readonly passwordHash: string;
  readonly by: Actor;
  /** Of the person themselves: the session in which they do it goes on. */
  readonly exceptSessionId?: string | undefined;
}

/** Ends all their sessions but that one: whoever knew the old password is out. */
export const setPasswordHash = (
  ledger: Ledger,
  name: string,
  { passwordHash, by, exceptSessionId }: PasswordChange,
): Promise<UserChange> =>
  changeUser(ledger, name, async (ask, user) => {
    const [after] = await ask<{ passwordChangedAt: Date }>(setPassword, [user.userId, passwordHash]);
    await removeSessions(ask, user.userId, exceptSessionId);
    const before = { passwordChangedAt: user.passwordChangedAt };
    await recordAct(ask, { by, act: 'user.password_set', subject: { kind: 'user', id: name }, before, after });
    return 'changed';
  });

/** How many sessions of theirs this call ended: all but that one. */
export const endOtherSessions = (
  ledger: Ledger,
  {
    userId,
    name,
    exceptSessionId,
  }: { readonly userId: number; readonly name: string; readonly exceptSessionId: string },
  by: Actor,
): Promise<number> =>
  inTransaction(ledger, async (ask) => {
    const sessions = await removeSessions(ask, userId, exceptSessionId);
    const subject = { kind: 'user', id: name } as const;
    if (sessions > 0) await recordAct(ask, { by, act: 'user.sessions_ended', subject, before: { sessions } });
    return sessions;
  });

const changeUser = (
  ledger: Ledger,
  name: string,
  change: (ask: Ask, user: LockedUser) => Promise<UserChange>,
): Promise<UserChange> =>
  inTransaction(ledger, async (ask) => {
    const admins = await ask<{ userId: number }>(lockAdmins);
    const [user] = await ask<Omit<LockedUser, 'isLastAdmin'>>(lockUser, [name]);
    if (user === undefined) return 'no-such-user';
    return change(ask, { ...user, isLastAdmin: admins.every(({ userId }) => userId === user.userId) && isAdmin(user) });
  });

const isAdmin = ({ role, isDisabled }: Omit<LockedUser, 'isLastAdmin'>): boolean => role === 'admin' && !isDisabled;
