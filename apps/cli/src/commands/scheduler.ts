import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { runAppCommand } from './run-app.js';

export const addSchedulerCommand = (program: Command, context: CliContext): void => {
  program
    .command('scheduler')
    .description('scan predicates and feed lanes, until told to stop; any number may run')
    .action(async () => {
      const { startScheduler } = await import('@quailrunner/scheduler');
      await runAppCommand('scheduler', context, startScheduler);
    });
};
