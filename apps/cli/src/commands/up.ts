import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { wholeNumber } from './arguments.js';

interface UpOptions {
  readonly workers: number;
  readonly sandbox?: true;
}

export const addUpCommand = (program: Command, context: CliContext): void => {
  program
    .command('up')
    .description('run everything in one process tree; brings PostgreSQL and Redis where no URL names them')
    .option('--workers <count>', 'worker processes', wholeNumber(1, 64), 1)
    .option('--sandbox', 'send to a sandbox instead of Twilio')
    .action(async ({ workers, sandbox }: UpOptions) => {
      const { runUp } = await import('../house/run-up.js');
      await runUp({ workers, withSandbox: sandbox === true }, context);
    });
};
