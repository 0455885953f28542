/** `quail user`: who may sign in at the monitor, and as what. */
import type { Role } from '@quailrunner/domain';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { parseActorName, parseRole } from './arguments.js';

interface PasswordOption {
  readonly passwordStdin?: true;
}

interface AddOptions extends PasswordOption {
  readonly role: Role;
}

const passwordOption = ['--password-stdin', 'read the password instead of making one: typed, or from a pipe'] as const;

export const addUserCommand = (program: Command, context: CliContext): void => {
  const user = program.command('user').description('who may sign in at the monitor: viewers, operators, admins');
  user
    .command('add')
    .description('let somebody sign in; their password is made and shown once')
    .argument('<name>', 'what they sign in as', parseActorName)
    .requiredOption('--role <role>', 'viewer: looks; operator: acts; admin: people and tokens, too', parseRole)
    .option(...passwordOption)
    .action(async (name: string, { role, passwordStdin }: AddOptions) =>
      (await import('./user-change.js')).addUser({ name, role, isGiven: passwordStdin === true }, context),
    );
  user
    .command('list')
    .description('show users with their roles')
    .option('--json', 'for programs')
    .action(async ({ json }: { json?: true }) => (await import('./user-list.js')).listUsers(json === true, context));
  user
    .command('password')
    .description('give a user another password, and end their sessions')
    .argument('<name>')
    .option(...passwordOption)
    .action(async (name: string, { passwordStdin }: PasswordOption) =>
      (await import('./user-change.js')).changePassword(name, passwordStdin === true, context),
    );
  user
    .command('role')
    .description('give a user another role; it holds at once')
    .argument('<name>')
    .argument('<role>', 'viewer, operator or admin', parseRole)
    .action(async (name: string, role: Role) => (await import('./user-change.js')).changeRole(name, role, context));
  user
    .command('disable')
    .description('end the sessions of a user, who signs in no more until enabled')
    .argument('<name>')
    .action(async (name: string) => (await import('./user-change.js')).switchUser(name, 'disabled', context));
  user
    .command('enable')
    .description('let a disabled user sign in again')
    .argument('<name>')
    .action(async (name: string) => (await import('./user-change.js')).switchUser(name, 'enabled', context));
};
