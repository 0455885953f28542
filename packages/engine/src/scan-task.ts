/**
 * Scan and claim: **predicate → scan → claim** → feed. Reads the entities that a task's predicate selects and makes a run
 * of each new one. At most one run per task and entity: the ledger's unique index decides, so two schedulers may scan the
 * same task at once. An error ends the scan, is shown on the task, and the next scan tries again.
 */
import { type Entity, type Problem, ProblemsError, QuailError, type Reach } from '@quailrunner/domain';
import {
  claimEntities,
  type DueScan,
  ensureLane,
  finishScan,
  type LanedEntity,
  type Ledger,
  leaveLanes,
} from '@quailrunner/ledger';
import { duplicateKeys, PredicateFault, readEntities, type Sources } from '@quailrunner/source';
import { describeFault, type Log } from '@quailrunner/telemetry';
import { checkTask, toProblem } from './check-task.js';
import { type CompiledTask, compileTask, type LaneOfEntity, laneOf, unrenderable } from './compile-task.js';
import { maxLanesPerTask, tooManyLanes } from './too-many-lanes.js';

export interface ScanDeps {
  readonly ledger: Ledger;
  readonly sources: Sources;
  readonly secrets: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Called after each batch that claimed something: the feed need not wait for its next round. */
  readonly onClaimed: () => void;
  /** Aborted when the process stops: the scan ends with its current batch. */
  readonly signal: AbortSignal;
  readonly reach: Reach;
}

/** Rows a round trip: larger ones gain little and hold more memory. */
const batchSize = 2_000;

export const scanTask = async (scan: DueScan, deps: ScanDeps): Promise<void> => {
  const startedAt = Date.now();
  const counts = { entitiesRead: 0, entitiesClaimed: 0 };
  try {
    deps.reach('scan.taken');
    const task = await prepare(scan, deps);
    const lanes = openLaneCache(scan, task, deps);
    await readEntities(deps.sources, { ...predicateOf(task), batchSize }, async (entities) => {
      deps.signal.throwIfAborted();
      counts.entitiesRead += entities.length;
      counts.entitiesClaimed += await claim(scan, await withLanes(entities, lanes), deps);
    });
    deps.reach('scan.read');
    await finishScan(deps.ledger, scan, counts);
    if (scan.revision > 1) await leaveLanes(deps.ledger, scan);
    deps.log.emit('scan.finished', {
      task: scan.task,
      scanId: scan.scanId,
      read: counts.entitiesRead,
      claimed: counts.entitiesClaimed,
      durationMs: Date.now() - startedAt,
    });
  } catch (fault) {
    if (isNoFault(fault, deps.signal)) return finishScan(deps.ledger, scan, counts);
    const error = problemOf(fault);
    deps.log.emit('scan.failed', {
      task: scan.task,
      scanId: scan.scanId,
      ...placeOf(error),
      fault: error.code,
      message: error.message,
    });
    await finishScan(deps.ledger, scan, { ...counts, error });
  }
};

const predicateOf = (task: CompiledTask) => ({ source: task.settings.source, predicate: task.predicate });

/** A revision's first scan asks all that `task check` asks: whatever changed since, nothing of a broken task is claimed. */
const prepare = async (scan: DueScan, deps: ScanDeps): Promise<CompiledTask> => {
  if (!scan.isFirstOfRevision) return compileTask(scan.definition);
  return (await checkTask(scan.definition, deps)).task;
};

const claim = async (scan: DueScan, entities: LanedEntity[], deps: ScanDeps): Promise<number> => {
  const { claimed, duplicates } = await claimEntities(deps.ledger, scan, entities);
  deps.reach('entities.claimed');
  if (claimed > 0) deps.onClaimed();
  if (duplicates.length > 0) throw duplicateKeys();
  return claimed;
};

type LaneCache = (entity: Entity) => Promise<number> | number;

const withLanes = async (entities: Entity[], laneOfEntity: LaneCache): Promise<LanedEntity[]> => {
  const laned: LanedEntity[] = [];
  for (const entity of entities) {
    const laneId = laneOfEntity(entity);
    laned.push({ ...entity, laneId: typeof laneId === 'number' ? laneId : await laneId });
  }
  return laned;
};

/** Lane ids by key; a task whose sender is literal asks the ledger once a scan. */
const openLaneCache = (scan: DueScan, task: CompiledTask, { ledger, secrets, reach }: ScanDeps): LaneCache => {
  const ids = new Map<string, number>();
  const isFixed = task.action.hasFixedTarget;
  let fixed: number | undefined;
  const open = async (lane: LaneOfEntity): Promise<number> => {
    const { key, defaultRate } = lane;
    if (ids.size >= maxLanesPerTask) throw new ProblemsError([tooManyLanes]);
    const { ratePerSecond } = task.settings;
    const id = await ensureLane(ledger, key, { ...scan, ratePerSecond, defaultRate });
    reach('lane.ensured');
    ids.set(cacheKeyOf(lane), id);
    if (isFixed && key !== unrenderable) fixed = id;
    return id;
  };
  return (entity) => {
    if (fixed !== undefined) return fixed;
    const lane = laneOf(task, entity.columns, secrets);
    return ids.get(cacheKeyOf(lane)) ?? open(lane);
  };
};

/** Senders of several kinds may share a lane: each has a say in its rate. */
const cacheKeyOf = ({ key, defaultRate }: LaneOfEntity): string => `${defaultRate ?? ''} ${key}`;

/** The process stops, or the task was revised, paused or taken over meanwhile: the next scan goes on. */
const isNoFault = (fault: unknown, signal: AbortSignal): boolean =>
  signal.aborted || (fault instanceof QuailError && fault.code === 'LEDGER_LEASE_LOST');

/** What the task shows of the fault: the first thing to mend. */
const problemOf = (fault: unknown): Problem => {
  if (fault instanceof ProblemsError && fault.problems[0]) return fault.problems[0];
  if (fault instanceof PredicateFault) return toProblem(fault);
  const { fault: code, message } = describeFault(fault);
  return { code, message };
};

const placeOf = ({ line, column }: Problem) => ({
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
});
