/** `quail runs`: look at runs, and queue failed ones again. */
import { maskLaneKey, QuailError, type RunState } from '@quailrunner/domain';
import { type Ledger, type RunRow, readLanes, readRun, readRuns, readTask, retryRuns } from '@quailrunner/ledger';
import { Argument, type Command } from 'commander';
import type { CliContext } from '../context.js';
import { paintOfState } from '../output/run-state.js';
import { formatRunStory } from '../output/run-story.js';
import { type Column, formatNumberOf, formatTable } from '../output/table.js';
import { formatAgo } from '../output/time.js';
import { withLedger } from '../with-ledger.js';
import { parseRunId, parseRunIds, parseState, wholeNumber } from './arguments.js';

interface ListOptions {
  readonly task?: string;
  readonly state?: RunState;
  readonly entity?: string;
  readonly limit: number;
  readonly before?: string;
  readonly json?: true;
}

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
    .action((options: ListOptions) => listRuns(options, context));
  runs
    .command('show')
    .description('show the whole story of a run, with all its attempts')
    .argument('<run>', 'its number', parseRunId)
    .option('--json', 'for programs')
    .action((runId: string, { json }: { json?: true }) => showRun(runId, json === true, context));
  runs
    .command('retry')
    .description('queue failed runs again: those named, or all of a task')
    .addArgument(new Argument('[runs...]', 'their numbers').argParser(parseRunIds))
    .option('--task <name>', 'all failed runs of this task')
    .option('--code <code>', 'with --task: only those that failed with this code')
    .action((runIds: string[] | undefined, options: RetryOptions, command: Command) => {
      const refuse = (text: string) => command.error(`quail: ${text}`, { exitCode: 2 });
      const { task, code } = options;
      const named = runIds ?? [];
      if (task !== undefined && named.length > 0) return refuse('name runs or a task, not both');
      if (task !== undefined) return retryTask({ task, ...(code === undefined ? {} : { code }) }, context);
      if (code !== undefined) return refuse('--code goes with --task');
      return named.length > 0 ? retryNamed(named, context) : refuse('name runs, or a task with --task');
    });
};

const columnsAt = (now: Date): readonly Column<RunRow>[] => [
  { title: 'RUN', value: ({ runId }) => runId, align: 'right' },
  { title: 'TASK', value: ({ task }) => task },
  { title: 'ENTITY', value: ({ entityPk }) => entityPk },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => paintOfState(state) },
  { title: 'ATTEMPTS', value: ({ attempts }) => attempts, align: 'right' },
  { title: 'SINCE', value: (run) => formatAgo(sinceOf(run), now), align: 'right' },
  { title: 'REASON', value: ({ code, reason }) => [code, reason].filter(Boolean).join(': ') },
];

const sinceOf = ({ finishedAt, startedAt, queuedAt, claimedAt }: RunRow): Date =>
  finishedAt ?? startedAt ?? queuedAt ?? claimedAt;

const listRuns = async (options: ListOptions, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const { task, state, entity, limit, before } = options;
  const filter = {
    ...(task === undefined ? {} : { task }),
    ...(state === undefined ? {} : { state }),
    ...(entity === undefined ? {} : { entityPk: entity }),
  };
  const page = { limit, ...(before === undefined ? {} : { beforeRunId: before }) };
  const runs = await withLedger(context, async (ledger) => {
    if (task !== undefined) await requireTask(task, ledger);
    return readRuns(ledger, filter, page);
  });
  if (options.json) return terminal.printJson(runs);
  if (runs.length === 0) return terminal.print('No runs.');
  terminal.print(formatTable(columnsAt(new Date()), runs, terminal.paint));
  if (runs.length === limit) terminal.tell(`There may be more: --before ${runs.at(-1)?.runId}`);
};

const showRun = async (runId: string, json: boolean, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const { run, lane } = await withLedger(context, async (ledger) => {
    const story = await readRun(ledger, runId);
    if (story === undefined) throw new QuailError('NO_SUCH_RUN', `there is no run ${runId}`);
    const ofRun = (await readLanes(ledger)).find(({ laneId }) => laneId === story.laneId);
    return { run: story, lane: maskLaneKey(ofRun?.key ?? '') };
  });
  if (!json) return terminal.print(formatRunStory(run, lane, terminal.paint));
  const { history, attempts, columns: _, ...rest } = run;
  terminal.printJson({ ...rest, lane, attemptsSpent: attempts, attempts: history });
};

const retryTask = async (filter: { task: string; code?: string }, context: CliContext): Promise<void> => {
  const retried = await withLedger(context, async (ledger) => {
    await requireTask(filter.task, ledger);
    return retryRuns(ledger, filter);
  });
  const which = filter.code === undefined ? '' : ` with code ${filter.code}`;
  context.terminal.print(
    retried === 0 ? `No run of ${filter.task} has failed${which}.` : `${formatNumberOf(retried, 'run')} queued again.`,
  );
};

const retryNamed = async (runIds: readonly string[], context: CliContext): Promise<void> => {
  const wanted = new Set(runIds).size;
  const retried = await withLedger(context, (ledger) => retryRuns(ledger, { runIds }));
  if (retried > 0) context.terminal.print(`${formatNumberOf(retried, 'run')} queued again.`);
  if (retried === wanted) return;
  context.terminal.tell(`Not queued: ${formatNumberOf(wanted - retried, 'run')}. Only a failed run can be retried.`);
  context.setExitCode(1);
};

const requireTask = async (name: string, ledger: Ledger): Promise<void> => {
  if ((await readTask(ledger, name)) === undefined) throw new QuailError('NO_SUCH_TASK', `there is no task "${name}"`);
};
