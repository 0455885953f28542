/** `quail runs`: look at runs, and queue failed ones again. */
import type { RetryFilter } from '@quailrunner/ledger';
import { Argument, type Command } from 'commander';
import type { CliContext } from '../context.js';
import { parseRunId, parseRunIds, parseState, wholeNumber } from './arguments.js';
import type { ListOptions } from './run-list.js';

interface RetryOptions {
  readonly task?: string;
  readonly code?: string;
}

export const addRunsCommand = (program: Command, context: CliContext): void => {
  const runs = program.command('runs').description('one run for each task and entity');
  runs
    .command('list')
    .description('show runs, the newest first')
    .option('--task <name>', 'of this task')
    .option('--state <state>', 'in this state', parseState)
    .option('--entity <key>', 'of the entity with this entity_pk')
    .option('--limit <count>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--before <run>', 'the page after this run', parseRunId)
    .option('--json', 'for programs')
    .action(async (options: ListOptions) => (await import('./run-list.js')).listRuns(options, context));
  runs
    .command('show')
    .description('show the whole story of a run, with all its attempts')
    .argument('<run>', 'its number', parseRunId)
    .option('--json', 'for programs')
    .action(async (runId: string, { json }: { json?: true }) =>
      (await import('./run-list.js')).showRun(runId, json === true, context),
    );
  runs
    .command('retry')
    .description('queue failed runs again: those named, or all of a task')
    .addArgument(new Argument('[runs...]', 'their numbers').argParser(parseRunIds))
    .option('--task <name>', 'all failed runs of this task')
    .option('--code <code>', 'with --task: only those that failed with this code')
    .action(async (runIds: string[] | undefined, options: RetryOptions, command: Command) => {
      const wish = readWish(runIds ?? [], options);
      if (typeof wish === 'string') return command.error(`quail: ${wish}`, { exitCode: 2 });
      const { retryNamed, retryTask } = await import('./run-retry.js');
      await ('task' in wish ? retryTask(wish, context) : retryNamed(wish.runIds, context));
    });
};

/** What to retry, or what is wrong with the wish. */
const readWish = (runIds: string[], { task, code }: RetryOptions): RetryFilter | string => {
  if (task !== undefined && runIds.length > 0) return 'name runs or a task, not both';
  if (task !== undefined) return { task, ...(code === undefined ? {} : { code }) };
  if (code !== undefined) return '--code goes with --task';
  return runIds.length > 0 ? { runIds } : 'name runs, or a task with --task';
};
