/** `quail user list`. */
import { readUsers, type UserRow } from '@quailrunner/ledger';
import type { CliContext } from '../context.js';
import { type Column, formatTable } from '../output/table.js';
import { formatDay } from '../output/time.js';
import { withLedger } from '../with-ledger.js';

const columns: readonly Column<UserRow>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'ROLE', value: ({ role }) => role },
  {
    title: 'STATE',
    value: ({ disabledAt }) => (disabledAt === undefined ? 'enabled' : 'disabled'),
    paint: ({ disabledAt }) => (disabledAt === undefined ? undefined : 'yellow'),
  },
  { title: 'SESSIONS', value: ({ sessions }) => sessions, align: 'right' },
  { title: 'PASSWORD SET', value: ({ passwordChangedAt }) => formatDay(passwordChangedAt) },
  { title: 'ADDED', value: ({ createdAt }) => formatDay(createdAt) },
];

export const listUsers = async (json: boolean, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const users = await withLedger(context, readUsers);
  if (json) return terminal.printJson(users);
  if (users.length === 0)
    return terminal.print(
      'No users yet: the first start of a monitor makes admin, or: quail user add NAME --role admin',
    );
  terminal.print(formatTable(columns, users, terminal.paint));
};
