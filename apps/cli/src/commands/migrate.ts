import type { Command } from 'commander';
import type { CliContext } from '../context.js';

export const addMigrateCommand = (program: Command, context: CliContext): void => {
  program
    .command('migrate')
    .description('bring the ledger’s schema up to date; the apps do so themselves when they start')
    .action(async () => {
      const [{ migrateLedger }, { withLedger }] = await Promise.all([
        import('@quailrunner/ledger'),
        import('../with-ledger.js'),
      ]);
      const names = await withLedger(context, migrateLedger);
      context.terminal.print(names.length > 0 ? `Applied ${names.join(', ')}.` : 'The ledger is up to date.');
    });
};
