/**
 * The first start: there is nobody yet who could sign in, so `admin` is made. Of several monitors that start at once, one
 * makes it (names are unique in the ledger) and only that one knows the password.
 */
import { countUsers, createUser, generatePassword, hashPassword, type Ledger } from '@quailrunner/ledger';
import type { Log } from '@quailrunner/telemetry';

const name = 'admin';
const by = { kind: 'system', name: 'monitor' } as const;

/** Returns the password when it was generated here and now: to be shown once, never logged. */
export const createFirstUser = async (
  password: string | undefined,
  { ledger, log }: { readonly ledger: Ledger; readonly log: Log },
): Promise<string | undefined> => {
  if ((await countUsers(ledger)) > 0) return undefined;
  const chosen = password ?? generatePassword();
  const created = await createUser(ledger, { name, role: 'admin', passwordHash: await hashPassword(chosen) }, by);
  if (!created) return undefined;
  log.emit('user.created', { name });
  return password === undefined ? chosen : undefined;
};
