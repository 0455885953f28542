/**
 * The first start: there is nobody yet who could sign in, so `admin` is made. Of several monitors that start at once, one
 * makes it (names are unique in the ledger) and only that one knows the password.
 */
import { randomInt } from 'node:crypto';
import { countUsers, createUser, type Ledger } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';
import { hashPassword } from './hash-password.js';

const name = 'admin';

/** Returns the password when it was generated here and now: to be shown once, never logged. */
export const createFirstUser = async (
  password: string | undefined,
  { ledger, log }: { readonly ledger: Ledger; readonly log: Log },
): Promise<string | undefined> => {
  if ((await countUsers(ledger)) > 0) return undefined;
  const chosen = password ?? generatePassword();
  const created = await createUser(ledger, { name, role: 'admin', passwordHash: await hashPassword(chosen) });
  if (!created) return undefined;
  log.emit('user.created', { name });
  return password === undefined ? chosen : undefined;
};

/** Without letters and digits that look alike. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** 20 of 31 characters: 99 bits, in groups that can be read out. */
const generatePassword = (): string =>
  Array.from({ length: 4 }, () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('')).join(
    '-',
  );
