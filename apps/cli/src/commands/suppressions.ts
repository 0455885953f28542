/** `quail suppressions`: who wants no more messages of a sender; added and lifted by hand, too. */
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { parseAddress, parseRunIds, parseSender, wholeNumber } from './arguments.js';

interface ListOptions {
  readonly limit: number;
  readonly json?: true;
}

export const addSuppressionsCommand = (program: Command, context: CliContext): void => {
  const suppressions = program
    .command('suppressions')
    .description('who wants no more messages of a sender: every task with that sender skips them');
  suppressions
    .command('list')
    .description('show them, the newest first; numbers keep their last two digits')
    .option('--limit <count>', 'how many', wholeNumber(1, 10_000), 50)
    .option('--json', 'for programs')
    .action(async ({ limit, json }: ListOptions) =>
      (await import('./suppression-list.js')).listSuppressions({ limit, json: json === true }, context),
    );
  suppressions
    .command('add')
    .description('send nothing more to a number from a sender')
    .requiredOption('--sender <sender>', 'account and sender, such as AC…/+15005550006 or AC…/MG…', parseSender)
    .requiredOption('--number <number>', 'in full, such as +15005550010', parseAddress)
    .action(async ({ sender, number }: { sender: string; number: string }) =>
      (await import('./suppression-list.js')).addSuppression({ sender, recipient: number }, context),
    );
  suppressions
    .command('lift')
    .description("let messages through again; runs that were skipped go with their task's next scan")
    .argument('[ids...]', 'as the list numbers them', parseRunIds)
    .option('--number <number>', 'for this number, of all senders', parseAddress)
    .action(async (ids: string[], { number }: { number?: string }, command: Command) => {
      if (ids.length > 0 === (number !== undefined)) {
        return command.error('quail: name suppressions, or a number with --number', { exitCode: 2 });
      }
      const which = number === undefined ? { ids } : { recipient: number };
      await (await import('./suppression-list.js')).liftNamed(which, context);
    });
};
