/** People who sign in. */
import type { Role } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, queryOne } from './query.js';

export type { Role } from '@quailrunner/domain';

export interface User {
  readonly userId: number;
  readonly name: string;
  readonly role: Role;
  /** With its salt and parameters; the ledger doesn't look inside. */
  readonly passwordHash: string;
}

// Concurrency: of two who make the same user at once, one is told that it is there.
const insertUser = `
  insert into quailrunner.users (name, role, password_hash) values ($1, $2, $3)
  on conflict (name) do nothing
  returning id`;

const selectUser = `
  select id as "userId", name, role, password_hash as "passwordHash" from quailrunner.users where name = $1`;

/** False when the name is taken. */
export const createUser = async (
  ledger: Ledger,
  { name, role, passwordHash }: Omit<User, 'userId'>,
): Promise<boolean> => (await query(ledger, insertUser, [name, role, passwordHash])).length > 0;

export const readUser = async (ledger: Ledger, name: string): Promise<User | undefined> =>
  (await query<User>(ledger, selectUser, [name]))[0];

export const countUsers = async (ledger: Ledger): Promise<number> =>
  (await queryOne<{ users: number }>(ledger, 'select count(*)::int as users from quailrunner.users')).users;
