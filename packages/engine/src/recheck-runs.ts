/**
 * Recheck: claim → **feed** → render. The predicate is asked again for the entities about to be sent, one query a task, so
 * that nobody gets a message who was deleted, opted out or paid while it waited; and the message says what the row says now.
 */
import { type FedRun, type Ledger, recordRecheck, returnRuns } from '@quailrunner/ledger';
import { rereadEntities, type Sources } from '@quailrunner/source';
import { describeFault, type Log } from '@quailrunner/telemetry';
import type { TaskCache } from './task-cache.js';

export interface RecheckDeps {
  readonly ledger: Ledger;
  readonly sources: Sources;
  readonly tasks: TaskCache;
  readonly log: Log;
}

/** While a source is away its runs wait: better late than to somebody who has left. */
const sourceAwayMs = 10_000;

/** The runs that are to be sent, in their order, with their columns of now. The others are skipped, or wait for their source. */
export const recheckRuns = async (runs: readonly FedRun[], deps: RecheckDeps): Promise<FedRun[]> => {
  const byTask = new Map<number, FedRun[]>();
  for (const run of runs) {
    const runsOfTask = byTask.get(run.taskId);
    if (runsOfTask) runsOfTask.push(run);
    else byTask.set(run.taskId, [run]);
  }
  const kept = await Promise.all([...byTask.values()].map((runsOfTask) => recheckTask(runsOfTask, deps)));
  const sent = new Map(kept.flat().map((run) => [run.runId, run]));
  return runs.flatMap(({ runId }) => sent.get(runId) ?? []);
};

const recheckTask = async (runs: FedRun[], deps: RecheckDeps): Promise<FedRun[]> => {
  const [{ taskId, revision, task: name }] = runs as [FedRun];
  try {
    const { settings, predicate } = await deps.tasks.read(taskId, revision);
    if (!settings.recheck) return runs;
    const keys = runs.map((run) => run.entityPk);
    const entities = await rereadEntities(deps.sources, { source: settings.source, predicate, keys });
    return await recordRecheck(deps.ledger, runs, new Map(entities.map(({ pk, columns }) => [pk, columns])));
  } catch (fault) {
    deps.log.emit('recheck.failed', { task: name, runs: runs.length, ...describeFault(fault) });
    await returnRuns(deps.ledger, runs, { dueInMs: sourceAwayMs });
    return [];
  }
};
