/** `quail token`: how programs sign in to the API. */
import type { Role } from '@quailrunner/domain';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { parseActorName, parseExpiry, parseRole } from './arguments.js';

interface CreateOptions {
  readonly role: Role;
  readonly expires?: number;
}

export const addTokenCommand = (program: Command, context: CliContext): void => {
  const token = program.command('token').description('tokens of the API, for programs');
  token
    .command('create')
    .description('make a token; it alone is written to standard output, this once')
    .argument('<name>', 'of the program', parseActorName)
    .requiredOption('--role <role>', 'viewer, operator or admin', parseRole)
    .option('--expires <time>', 'ends by itself after, such as 90d', parseExpiry)
    .action(async (name: string, { role, expires }: CreateOptions) =>
      (await import('./token-list.js')).makeToken({ name, role, expiresInMs: expires }, context),
    );
  token
    .command('list')
    .description('show tokens that were not revoked, with their last use')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => (await import('./token-list.js')).listTokens(json === true, context));
  token
    .command('revoke')
    .description('end a token at once')
    .argument('<name>')
    .action(async (name: string) => (await import('./token-list.js')).endToken(name, context));
};
