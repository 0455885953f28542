/** `quail task list` and `quail task show`. */
import { formatDuration, formatProblem, QuailError, type RunState, runStates } from '@quailrunner/domain';
import { countRuns, type RunCount, readRevision, readTask, readTasks, type TaskRow } from '@quailrunner/ledger';
import type { CliContext } from '../context.js';
import { formatRate } from '../output/rate.js';
import { paintOfState } from '../output/run-state.js';
import { type Column, formatCount, formatTable } from '../output/table.js';
import { formatAgo } from '../output/time.js';
import { maskUrl } from '../output/url.js';
import { withLedger } from '../with-ledger.js';

type Counts = Readonly<Partial<Record<RunState, number>>>;

interface CountedTask extends TaskRow {
  readonly runs: Counts;
}

export const listTasks = async (json: boolean, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const tasks = await withLedger(context, async (ledger) => {
    const counts = await countRuns(ledger);
    return (await readTasks(ledger)).map((task): CountedTask => ({ ...task, runs: countsOf(task.name, counts) }));
  });
  if (json) return terminal.printJson(tasks);
  if (tasks.length === 0) return terminal.print('No tasks yet: quail task apply FILE.');
  terminal.print(formatTable(columnsFor(tasks, new Date()), tasks, terminal.paint));
  for (const { name, error, reason } of tasks) {
    if (reason !== undefined) terminal.print(`\n${terminal.paint('red', name)} is held: ${reason}`);
    if (error !== undefined) terminal.print(`\n${terminal.paint('red', name)}: ${formatProblem(error)}`);
  }
};

const countsOf = (task: string, counts: readonly RunCount[]): Counts =>
  Object.fromEntries(counts.filter((count) => count.task === task).map(({ state, runs }) => [state, runs]));

/** States that every table shows; the others only where a task has such runs. */
const usual: readonly RunState[] = ['pending', 'completed', 'failed'];

const columnsFor = (tasks: readonly CountedTask[], now: Date): Column<CountedTask>[] => [
  { title: 'TASK', value: ({ name }) => name },
  { title: 'STATE', value: stateOf, paint: (task) => paintOfTask(task) },
  ...runStates
    .filter((state) => usual.includes(state) || tasks.some(({ runs }) => runs[state] !== undefined))
    .map((state): Column<CountedTask> => {
      const paint = (task: CountedTask) => ((task.runs[state] ?? 0) > 0 ? paintOfState(state) : undefined);
      return { title: state.toUpperCase(), value: ({ runs }) => runs[state] ?? 0, align: 'right', paint };
    }),
  { title: 'LAST SCAN', value: (task) => lastScanOf(task, now) },
];

const stateOf = ({ state, error }: TaskRow): string => (error === undefined ? state : `${state}, failing`);

const paintOfTask = ({ state, error }: TaskRow) => {
  if (error !== undefined) return 'red';
  if (state === 'held') return 'red';
  return state === 'paused' ? 'yellow' : undefined;
};

const lastScanOf = ({ lastScanAt, entitiesRead = 0, entitiesClaimed = 0 }: TaskRow, now: Date): string =>
  lastScanAt === undefined
    ? 'none yet'
    : `${formatAgo(lastScanAt, now)}: ${formatCount(entitiesRead)} read, ${formatCount(entitiesClaimed)} new`;

export const showTask = async (name: string, json: boolean, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const { task, definition, counts } = await withLedger(context, async (ledger) => {
    const row = await readTask(ledger, name);
    if (row === undefined) throw new QuailError('NO_SUCH_TASK', `there is no task "${name}"`);
    const [revision, runs] = await Promise.all([
      readRevision(ledger, row.taskId, row.revision),
      countRuns(ledger, name),
    ]);
    return { task: row, definition: revision, counts: countsOf(name, runs) };
  });
  const { settings, predicate } = definition;
  // Headers and bodies are sealed in the ledger and stay so.
  const url = maskUrl(settings.action.url);
  if (json) return terminal.printJson({ ...task, runs: counts, settings: { ...settings, action: { url } }, predicate });
  const lines: [string, string][] = [
    ['state', stateOf(task)],
    ...(task.reason === undefined ? [] : ([['held', task.reason]] as [string, string][])),
    ['revision', `${task.revision}, of ${task.changedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`],
    ['source', settings.source],
    ['every', formatDuration(settings.everyMs)],
    ['rate', formatRate(settings.ratePerSecond)],
    ['retries', String(settings.retries)],
    ['scan', lastScanOf(task, new Date())],
    ['runs', formatCounts(counts)],
    ['url', url],
  ];
  terminal.print(terminal.paint('bold', task.name));
  for (const [title, value] of lines) terminal.print(`${title.padEnd(8)}  ${value}`);
  if (task.error !== undefined) terminal.print(`\n${terminal.paint('red', 'error')}  ${formatProblem(task.error)}`);
  terminal.print(`\n${predicate.trim()}`);
};

const formatCounts = (counts: Counts): string =>
  runStates
    .filter((state) => counts[state] !== undefined)
    .map((state) => `${formatCount(counts[state] ?? 0)} ${state}`)
    .join(', ') || 'none';
