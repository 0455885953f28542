/** `quail token create`, `list` and `revoke`. */
import { QuailError } from '@quailrunner/domain';
import { createToken, type NewToken, readTokens, revokeToken, type TokenRow } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { type Column, formatTable } from '../output/table.js';
import { formatAgo, formatDay } from '../output/time.js';
import { withLedger } from '../with-ledger.js';

const columnsAt = (now: Date): readonly Column<TokenRow>[] => [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'ROLE', value: ({ role }) => role },
  { title: 'MADE BY', value: ({ createdBy }) => createdBy },
  { title: 'MADE', value: ({ createdAt }) => formatDay(createdAt) },
  {
    title: 'EXPIRES',
    value: ({ expiresAt, isExpired }) => (isExpired ? 'expired' : expiresAt ? formatDay(expiresAt) : 'never'),
    paint: ({ isExpired }) => (isExpired ? 'yellow' : undefined),
  },
  {
    title: 'LAST USED',
    value: ({ lastUsedAt }) => (lastUsedAt === undefined ? 'never' : formatAgo(lastUsedAt, now)),
    align: 'right',
  },
];

export const makeToken = async (wish: NewToken, context: CliContext): Promise<void> => {
  const token = await withLedger(context, (ledger) => createToken(ledger, wish, readActor()));
  if (token === undefined) {
    throw new QuailError(
      'TOKEN_EXISTS',
      `there is a token ${wish.name} already: another name, or quail token revoke ${wish.name}`,
    );
  }
  context.terminal.print(token);
  context.terminal.tell(`This is the token ${wish.name}, with the role ${wish.role}. It is not shown again.`);
};

export const listTokens = async (json: boolean, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const tokens = await withLedger(context, readTokens);
  if (json) return terminal.printJson(tokens);
  if (tokens.length === 0) return terminal.print('No tokens: quail token create NAME --role viewer');
  terminal.print(formatTable(columnsAt(new Date()), tokens, terminal.paint));
};

export const endToken = async (name: string, context: CliContext): Promise<void> => {
  const isRevoked = await withLedger(context, (ledger) => revokeToken(ledger, name, readActor()));
  if (!isRevoked) throw new QuailError('NO_SUCH_TOKEN', `there is no token ${name}`);
  context.terminal.print(`${name} is revoked.`);
};
