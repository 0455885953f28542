/** `quail runs`: look at runs, queue failed ones again, cancel what waits, and say what became of unknown ones. */
import { Argument, type Command } from 'commander';
import type { CliContext } from '../context.js';
import {
  isRunId,
  notARunId,
  parseLaneId,
  parseRunId,
  parseRunIds,
  parseState,
  parseTime,
  wholeNumber,
} from './arguments.js';
import type { BulkManner, BulkWish } from './bulk-retry.js';
import { addRetriesCommand } from './retries.js';
import type { ListOptions } from './run-list.js';
import type { Resolution } from './run-resolve.js';

type RetryWish = { readonly runIds: readonly string[] } | BulkWish;

interface RetryOptions extends Partial<BulkWish>, Partial<BulkManner> {}

interface CancelOptions {
  readonly task?: string;
  readonly yes?: boolean;
}

export const addRunsCommand = (program: Command, context: CliContext): void => {
  const runs = program.command('runs').description('one run for each task and entity');
  runs
    .command('list')
    .description('show runs, the newest first')
    .option('--task <name>', 'of this task')
    .option('--state <state>', 'in this state', parseState)
    .option('--entity <key>', 'of the entity with this entity_pk')
    .option('--code <code>', 'with this code of its newest verdict, or of what skipped or canceled it')
    .option('--lane <lane>', 'in this lane', parseLaneId)
    .option('--since <time>', 'claimed since: 2h for the last two hours, or 2026-03-01T12:00', parseTime)
    .option('--until <time>', 'claimed before', parseTime)
    .option('--limit <count>', 'how many', wholeNumber(1, 10_000), 20)
    .option('--before <run>', 'the page after this run', parseRunId)
    .option('--json', 'for programs')
    .action(async (options: ListOptions, command: Command) => {
      const { since, until } = options;
      if (since && until && since >= until) {
        return command.error('quail: --since must be earlier than --until', { exitCode: 2 });
      }
      await (await import('./run-list.js')).listRuns(options, context);
    });
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
    .option('--since <time>', 'with --task: only those that failed since then, such as 2h (ago)', parseTime)
    .option('--until <time>', 'with --task: only those that had failed by then', parseTime)
    .option('--yes', 'with --task: without being asked')
    .option('--wait', 'with --task: until it is finished, also where nobody watches')
    .action(async (runIds: string[] | undefined, options: RetryOptions, command: Command) => {
      const wish = readWish(runIds ?? [], options);
      if (typeof wish === 'string') return command.error(`quail: ${wish}`, { exitCode: 2 });
      if ('runIds' in wish) return (await import('./run-retry.js')).retryNamed(wish.runIds, context);
      const { yes = false, wait = false } = options;
      await (await import('./bulk-retry.js')).retryInBulk(wish, { yes, wait }, context);
    });
  addRetriesCommand(runs, context);
  runs
    .command('cancel')
    .description('cancel runs that wait, for good: those named, or all of a task')
    .addArgument(new Argument('[runs...]', 'their numbers').argParser(parseRunIds))
    .option('--task <name>', 'all that this task has waiting')
    .option('--yes', 'with --task: without being asked')
    .action(async (runIds: string[] | undefined, { task, yes = false }: CancelOptions, command: Command) => {
      const named = runIds ?? [];
      if ((task === undefined) === (named.length === 0))
        return command.error('quail: name runs, or a task with --task', { exitCode: 2 });
      const { cancelNamed, cancelOfTask } = await import('./run-cancel.js');
      await (task === undefined ? cancelNamed(named, context) : cancelOfTask(task, { yes }, context));
    });
  runs
    .command('resolve')
    .description('say what became of unknown runs: whether their message was sent')
    .usage('<run...> sent|not-sent')
    .argument('<run...>', 'their numbers, then sent or not-sent')
    .action(async (words: string[], _: unknown, command: Command) => {
      const resolution = readResolution(words);
      if (typeof resolution === 'string') return command.error(`quail: ${resolution}`, { exitCode: 2 });
      await (await import('./run-resolve.js')).resolveNamed(resolution, context);
    });
};

/** The runs and their outcome, or what is wrong with the words. */
const readResolution = (words: readonly string[]): Resolution | string => {
  const outcome = words.at(-1);
  const runIds = words.slice(0, -1);
  if (outcome !== 'sent' && outcome !== 'not-sent')
    return 'the last word says what became of the runs: sent or not-sent';
  const wrong = runIds.find((word) => !isRunId(word));
  if (wrong !== undefined) return `"${wrong}" ${notARunId}`;
  return runIds.length > 0
    ? { runIds, wasSent: outcome === 'sent' }
    : `name the runs: quail runs resolve 42 ${outcome}`;
};

/** What to retry, or what is wrong with the wish. */
const readWish = (runIds: string[], { task, code, since, until, yes, wait }: RetryOptions): RetryWish | string => {
  if (task !== undefined && runIds.length > 0) return 'name runs or a task, not both';
  if (task !== undefined) return { task, ...(code && { code }), ...(since && { since }), ...(until && { until }) };
  const lonely = Object.entries({ code, since, until, yes, wait }).find(([, value]) => value !== undefined);
  if (lonely !== undefined) return `--${lonely[0]} goes with --task`;
  return runIds.length > 0 ? { runIds } : 'name runs, or a task with --task';
};
