/**
 * What stands in the ledger, read for all who look at it: counting runs reads all of them, so it is done once for
 * everybody, and the longer it takes the longer its result is shown.
 */
import { maskLaneKey, type RunState, runStates } from '@quailrunner/domain';
import {
  countLanes,
  countRuns,
  type LaneCounts,
  type Ledger,
  type RunCount,
  readTasks,
  type TaskRow,
} from '@quailrunner/ledger';
import type { CheckStores, StoreStates } from '../stores.js';

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

const freshMs = 1_000;
/** Share of the time that may go into counting: one part in this many. */
const restFactor = 10;

export const openStatus = (deps: StatusDeps): ReadStatus => {
  let latest: Promise<Status> | undefined;
  const read = () => {
    latest ??= readStatus(deps).then(
      (status) => {
        const tookMs = Date.now() - status.at.getTime();
        setTimeout(forget, Math.max(freshMs, tookMs * restFactor)).unref();
        return status;
      },
      (error) => {
        forget();
        throw error;
      },
    );
    return latest;
  };
  return Object.assign(read, { forget });

  function forget(): void {
    latest = undefined;
  }
};

const readStatus = async ({ ledger, checkStores }: StatusDeps): Promise<Status> => {
  const at = new Date();
  const [tasks, counts, lanes, stores] = await Promise.all([
    readTasks(ledger),
    countRuns(ledger),
    countLanes(ledger),
    checkStores(),
  ]);
  return {
    at,
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
