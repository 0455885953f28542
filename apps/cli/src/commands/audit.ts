/** `quail audit`: who did what. */
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { parseAct, parseAuditId, parseSubject, wholeNumber } from './arguments.js';
import type { AuditOptions } from './audit-list.js';

export const addAuditCommand = (program: Command, context: CliContext): void => {
  const audit = program
    .command('audit')
    .description('every act of a person or a program: who did what, and what changed');
  audit
    .command('list')
    .description('show acts, the newest first')
    .option('--by <name>', 'of this user, token or shell user')
    .option('--act <act>', 'such as lane.paused', parseAct)
    .option('--on <subject>', 'such as task:welcome, lane:3 or user', parseSubject)
    .option('--limit <count>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--before <act>', 'the page after this one', parseAuditId)
    .option('--json', 'for programs')
    .action(async (options: AuditOptions) => (await import('./audit-list.js')).listAudit(options, context));
};
