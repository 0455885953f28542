/** `quail runs list` and `quail runs show`. */
import { maskLaneKey, QuailError, type RunState } from '@quailrunner/domain';
import { type RunFilter, type RunRow, readLanes, readRun, readRuns } from '@quailrunner/ledger';
import type { CliContext } from '../context.js';
import { formatDelivery, paintOfState } from '../output/run-state.js';
import { formatRunStory } from '../output/run-story.js';
import { type Column, formatTable } from '../output/table.js';
import { formatAgo } from '../output/time.js';
import { requireTask, withLedger } from '../with-ledger.js';

export interface ListOptions {
  readonly task?: string;
  readonly state?: RunState;
  readonly entity?: string;
  readonly code?: string;
  readonly lane?: number;
  readonly since?: Date;
  readonly until?: Date;
  readonly limit: number;
  readonly before?: string;
  readonly json?: true;
}

const columnsAt = (now: Date): readonly Column<RunRow>[] => [
  { title: 'RUN', value: ({ runId }) => runId, align: 'right' },
  { title: 'TASK', value: ({ task }) => task },
  { title: 'ENTITY', value: ({ entityPk }) => entityPk },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => paintOfState(state) },
  { title: 'ATTEMPTS', value: ({ attempts }) => attempts, align: 'right' },
  { title: 'SINCE', value: (run) => formatAgo(sinceOf(run), now), align: 'right' },
  { title: 'DELIVERY', value: formatDelivery },
  { title: 'REASON', value: ({ code, reason }) => [code, reason].filter(Boolean).join(': ') },
];

const sinceOf = ({ finishedAt, startedAt, queuedAt, claimedAt }: RunRow): Date =>
  finishedAt ?? startedAt ?? queuedAt ?? claimedAt;

export const listRuns = async (options: ListOptions, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const { task, limit, before } = options;
  const page = { limit, ...(before === undefined ? {} : { beforeRunId: before }) };
  const runs = await withLedger(context, async (ledger) => {
    if (task !== undefined) await requireTask(task, ledger);
    return readRuns(ledger, filterOf(options), page);
  });
  if (options.json) return terminal.printJson(runs);
  if (runs.length === 0) return terminal.print('No runs.');
  terminal.print(formatTable(columnsAt(new Date()), runs, terminal.paint));
  if (runs.length === limit) terminal.tell(`There may be more: --before ${runs.at(-1)?.runId}`);
};

const filterOf = ({ task, state, entity, code, lane, since, until }: ListOptions): RunFilter => ({
  ...(task === undefined ? {} : { task }),
  ...(state === undefined ? {} : { state }),
  ...(entity === undefined ? {} : { entityPk: entity }),
  ...(code === undefined ? {} : { code }),
  ...(lane === undefined ? {} : { laneId: lane }),
  ...(since === undefined ? {} : { since }),
  ...(until === undefined ? {} : { until }),
});

export const showRun = async (runId: string, json: boolean, context: CliContext): Promise<void> => {
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
