/** What stands in the ledger, read once for all who look at it at the same moment. */
import { maskLaneKey, type RunState, runStates } from '@quailrunner/domain';
import { countLanes, type LaneCounts, type Ledger, type RunCount, readTasks, type TaskRow } from '@quailrunner/ledger';
import type { CheckStores, StoreStates } from '../stores.js';
import { openCounts, type ReadCounts } from './open-counts.js';

export type RunCounts = Readonly<Record<RunState, number>>;

const none = Object.fromEntries(runStates.map((state) => [state, 0])) as Record<RunState, number>;

export const noRuns: RunCounts = none;

export interface TaskStatus extends TaskRow {
  readonly runs: RunCounts;
}

export interface LaneStatus extends Omit<LaneCounts, 'key'> {
  /** The key as it may be shown. */
  readonly lane: string;
}

export interface Status {
  readonly at: Date;
  /** When the runs were counted: with millions of them, some time before. */
  readonly countedAt: Date;
  readonly stores: StoreStates;
  readonly runs: RunCounts;
  readonly tasks: readonly TaskStatus[];
  readonly lanes: readonly LaneStatus[];
}

/** Throws a LedgerFault when the ledger is away. */
export interface ReadStatus {
  (): Promise<Status>;
  /** After an act: whoever looks next sees what it has done. */
  forget(): void;
}

interface StatusDeps {
  readonly ledger: Ledger;
  readonly checkStores: CheckStores;
}

const freshMs = 500;

export const openStatus = (deps: StatusDeps): ReadStatus => {
  const counts = openCounts(deps.ledger);
  let latest: Promise<Status> | undefined;
  const forget = (): void => {
    latest = undefined;
  };
  const read = (): Promise<Status> => {
    if (latest !== undefined) return latest;
    const reading = readStatus(deps, counts);
    latest = reading;
    // Only this one: an act may have made another necessary meanwhile.
    const letGo = (): void => {
      if (latest === reading) forget();
    };
    reading.then(() => setTimeout(letGo, freshMs).unref(), letGo);
    return reading;
  };
  return Object.assign(read, { forget });
};

const readStatus = async ({ ledger, checkStores }: StatusDeps, readCounts: ReadCounts): Promise<Status> => {
  const at = new Date();
  const [tasks, { counts, at: countedAt }, lanes, stores] = await Promise.all([
    readTasks(ledger),
    readCounts(),
    countLanes(ledger),
    checkStores(),
  ]);
  return {
    at,
    countedAt,
    stores,
    runs: sumCounts(counts),
    tasks: tasks.map((task) => ({ ...task, runs: sumCounts(counts.filter((count) => count.task === task.name)) })),
    lanes: lanes.map(({ key, ...lane }) => ({ ...lane, lane: maskLaneKey(key) })),
  };
};

const sumCounts = (counts: readonly RunCount[]): RunCounts => {
  const sums = { ...none };
  for (const { state, runs } of counts) sums[state] += runs;
  return sums;
};
