/** People who sign in. */
import type { Actor, Role } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction, query, queryOne, withoutNulls } from './query.js';
import { recordAct } from './record-act.js';

export type { Role } from '@quailrunner/domain';

export interface User {
  readonly userId: number;
  readonly name: string;
  readonly role: Role;
  /** With its salt and parameters; the ledger doesn't look inside. */
  readonly passwordHash: string;
}

export interface UserRow {
  readonly userId: number;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: Date;
  readonly passwordChangedAt: Date;
  /** Absent: may sign in. */
  readonly disabledAt?: Date;
  /** Browsers in which they are signed in. */
  readonly sessions: number;
}

// Concurrency: of two who make the same user at once, one is told that it is there.
const insertUser = `
  insert into quailrunner.users (name, role, password_hash) values ($1, $2, $3)
  on conflict (name) do nothing
  returning id`;

const selectUser = `
  select id as "userId", name, role, password_hash as "passwordHash"
  from quailrunner.users
  where name = $1 and disabled_at is null`;

const selectUsers = `
  select u.id as "userId", u.name, u.role, u.created_at as "createdAt", u.password_changed_at as "passwordChangedAt",
    u.disabled_at as "disabledAt",
    (select count(*) from quailrunner.sessions s where s.user_id = u.id and s.expires_at > now())::int as sessions
  from quailrunner.users u
  order by u.name`;

/** False when the name is taken. */
export const createUser = (
  ledger: Ledger,
  { name, role, passwordHash }: Omit<User, 'userId'>,
  by: Actor,
): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    if ((await ask(insertUser, [name, role, passwordHash])).length === 0) return false;
    await recordAct(ask, { by, act: 'user.created', subject: { kind: 'user', id: name }, after: { role } });
    return true;
  });

/** Who may sign in: one that is disabled is none. */
export const readUser = async (ledger: Ledger, name: string): Promise<User | undefined> =>
  (await query<User>(ledger, selectUser, [name]))[0];

/** All of them, by name. */
export const readUsers = async (ledger: Ledger): Promise<UserRow[]> =>
  (await query<UserRow>(ledger, selectUsers)).map(withoutNulls);

export const countUsers = async (ledger: Ledger): Promise<number> =>
  (await queryOne<{ users: number }>(ledger, 'select count(*)::int as users from quailrunner.users')).users;
