import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { runAppCommand } from './run-app.js';

export const addWorkerCommand = (program: Command, context: CliContext): void => {
  program
    .command('worker')
    .description('send messages, until told to stop; any number may run')
    .action(async () => {
      const { startWorker } = await import('@quailrunner/worker');
      await runAppCommand('worker', context, startWorker);
    });
};
