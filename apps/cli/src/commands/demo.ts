import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { parsePort, wholeNumber } from './arguments.js';

interface DemoOptions {
  readonly users: number;
  readonly exit?: true;
  readonly port?: number;
}

const mostUsers = 100_000;

export const addDemoCommand = (program: Command, context: CliContext): void => {
  program
    .command('demo')
    .description('a shop with people, two tasks, a sandbox that plays Twilio: everything runs, nothing leaves')
    .option('--users <count>', 'people in the shop', wholeNumber(1, mostUsers), 1_000)
    .option('--exit', 'end after the last message: 0 only if everybody got exactly one of each task')
    .option('--port <port>', 'port of the monitor; else 3000 or the next free one', parsePort)
    .action(async ({ users, exit, port }: DemoOptions) => {
      const { runDemo } = await import('../demo/run-demo.js');
      await runDemo({ users, exits: exit === true, ...(port === undefined ? {} : { port }) }, context);
    });
};
