/** `quail user add`, `password`, `role`, `disable` and `enable`. */
import { QuailError, type Role } from '@quailrunner/domain';
import {
  createUser,
  disableUser,
  enableUser,
  generatePassword,
  hashPassword,
  setPasswordHash,
  setUserRole,
  type UserChange,
} from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { readPassword } from '../read-password.js';
import { withLedger } from '../with-ledger.js';

interface NewUser {
  readonly name: string;
  readonly role: Role;
  /** The password comes from whoever runs the command. */
  readonly isGiven: boolean;
}

export const addUser = async ({ name, role, isGiven }: NewUser, context: CliContext): Promise<void> => {
  const password = isGiven ? await readPassword(context) : generatePassword();
  const passwordHash = await hashPassword(password);
  const isNew = await withLedger(context, (ledger) => createUser(ledger, { name, role, passwordHash }, readActor()));
  if (!isNew) throw new QuailError('USER_EXISTS', `there is a user ${name} already`);
  context.terminal.print(`${name} may sign in, with the role ${role}.`);
  if (!isGiven) showPassword(password, context);
};

export const changePassword = async (name: string, isGiven: boolean, context: CliContext): Promise<void> => {
  const password = isGiven ? await readPassword(context) : generatePassword();
  const change = { passwordHash: await hashPassword(password), by: readActor() };
  refuse(await withLedger(context, (ledger) => setPasswordHash(ledger, name, change)), name);
  context.terminal.print(`${name} has another password, and is signed out everywhere.`);
  if (!isGiven) showPassword(password, context);
};

export const changeRole = async (name: string, role: Role, context: CliContext): Promise<void> => {
  const change = await withLedger(context, (ledger) => setUserRole(ledger, name, role, readActor()));
  refuse(change, name);
  context.terminal.print(`${name} has the role ${role}${already(change)}.`);
};

export const switchUser = async (name: string, state: 'enabled' | 'disabled', context: CliContext): Promise<void> => {
  const act = state === 'enabled' ? enableUser : disableUser;
  const change = await withLedger(context, (ledger) => act(ledger, name, readActor()));
  refuse(change, name);
  context.terminal.print(`${name} is ${state}${already(change)}.`);
};

const showPassword = (password: string, { terminal }: CliContext): void => {
  terminal.print(`password  ${password}`);
  terminal.tell('The password is not shown again. They change it at /account of the monitor.');
};

const already = (change: UserChange): string => (change === 'unchanged' ? ' already' : '');

const refuse = (change: UserChange, name: string): void => {
  switch (change) {
    case 'changed':
    case 'unchanged':
      return;
    case 'no-such-user':
      throw new QuailError('NO_SUCH_USER', `there is no user ${name}`);
    case 'last-admin':
      throw new QuailError('LAST_ADMIN', `${name} is the last admin who can sign in: make somebody else one first`);
  }
};
