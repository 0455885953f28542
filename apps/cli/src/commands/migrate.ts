import { migrateLedger } from '@quailrunner/ledger';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { withLedger } from '../with-ledger.js';

export const addMigrateCommand = (program: Command, context: CliContext): void => {
  program
    .command('migrate')
    .description('bring the ledger’s schema up to date; the apps do so themselves when they start')
    .action(async () => {
      const names = await withLedger(context, migrateLedger);
      context.terminal.print(names.length > 0 ? `Applied ${names.join(', ')}.` : 'The ledger is up to date.');
    });
};
