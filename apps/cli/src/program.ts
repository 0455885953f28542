/** The command tree of `quail`. Each command has a file of its own in commands/; what it needs is loaded when it runs. */
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addAuditCommand } from './commands/audit.js';
import { addDemoCommand } from './commands/demo.js';
import { addLanesCommand } from './commands/lanes.js';
import { addMigrateCommand } from './commands/migrate.js';
import { addMonitorCommand } from './commands/monitor.js';
import { addRunsCommand } from './commands/runs.js';
import { addSandboxCommand } from './commands/sandbox.js';
import { addSchedulerCommand } from './commands/scheduler.js';
import { addSuppressionsCommand } from './commands/suppressions.js';
import { addTaskCommand } from './commands/task.js';
import { addTokenCommand } from './commands/token.js';
import { addUpCommand } from './commands/up.js';
import { addUserCommand } from './commands/user.js';
import { addWorkerCommand } from './commands/worker.js';
import type { CliContext } from './context.js';
import { describeUsageError } from './output/usage-error.js';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

/** Throws CommanderError instead of ending the process. */
export const makeProgram = (context: CliContext): Command => {
  const program = new Command('quail')
    .description('Runs one HTTP action for each row that a SQL predicate selects: messages, never lost, never twice.')
    .version(version, '-V, --version', 'show the version')
    .exitOverride()
    .showHelpAfterError('(--help says more)')
    .configureOutput({
      writeOut: (text) => context.terminal.print(text.trimEnd()),
      writeErr: (text) => context.terminal.tell(text.trimEnd()),
      outputError: (text, write) => write(describeUsageError(text)),
    });
  for (const add of [
    addDemoCommand,
    addUpCommand,
    addTaskCommand,
    addRunsCommand,
    addLanesCommand,
    addSuppressionsCommand,
    addUserCommand,
    addTokenCommand,
    addAuditCommand,
    addSchedulerCommand,
    addWorkerCommand,
    addMonitorCommand,
    addSandboxCommand,
    addMigrateCommand,
  ]) {
    add(program, context);
  }
  return program;
};
