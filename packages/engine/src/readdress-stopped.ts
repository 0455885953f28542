/**
 * Readdress: claim → **feed** → render. Runs are addressed as they are fed, and a lane that is held or paused feeds none: what
 * waits there when its task comes to name another sender would wait for the old one. So it is addressed there, too, a part at a
 * time, once for each revision.
 */
import {
  type FedRun,
  readRevised,
  readRevisedQueued,
  readStoppedUses,
  returnRuns,
  type SettledRun,
  type StoppedUse,
  settleWaiting,
  type WaitingPlace,
} from '@quailrunner/ledger';
import { rereadEntities } from '@quailrunner/source';
import { describeFault } from '@quailrunner/telemetry';
import { type Elsewhere, ensureLanes, readMessage } from './address-runs.js';
import type { CompiledTask } from './compile-task.js';
import type { QueuedDeps } from './recheck-queued.js';

/** A task's in a lane, before others have their turn. */
const turnMs = 1_000;

/** To be called again and again; each call does a part. */
export const openReaddress = (deps: QueuedDeps): (() => Promise<void>) => {
  let places = new Map<string, WaitingPlace>();
  return async () => {
    const before = places;
    places = new Map();
    for (const use of await readStoppedUses(deps.ledger)) {
      const key = `${use.laneId}/${use.taskId}/${use.revision}`;
      const place = await readdressUse(use, before.get(key), deps).catch((fault) => {
        deps.log.emit('recheck.failed', { task: use.task, runs: 0, ...describeFault(fault) });
        return before.get(key);
      });
      if (place !== undefined) places.set(key, place);
    }
  };
};

/** Where to go on; `undefined`: at the beginning, for whoever has come since. */
const readdressUse = async (
  use: StoppedUse,
  from: WaitingPlace | undefined,
  deps: QueuedDeps,
): Promise<WaitingPlace | undefined> => {
  const task = await deps.tasks.read(use.taskId, use.revision);
  const queued = await readRevisedQueued(deps.ledger, use);
  if (queued.length > 0) await returnRuns(deps.ledger, queued); // Their jobs mean nothing any more.
  const until = performance.now() + turnMs;
  let place = from;
  do {
    const { runs, next } = await readRevised(deps.ledger, use, place);
    await readdress(runs, use, task, deps);
    place = next;
    if (runs.length === 0) return place;
  } while (place !== undefined && performance.now() < until);
  return place;
};

const readdress = async (
  runs: readonly FedRun[],
  use: StoppedUse,
  task: CompiledTask,
  deps: QueuedDeps,
): Promise<void> => {
  if (runs.length === 0) return;
  const now = await reread(runs, task, deps);
  const elsewhere: Elsewhere[] = [];
  const settled: SettledRun[] = [];
  for (const { runId, dispatch } of runs) {
    const run = now.get(runId);
    const lane = run && readMessage(task, run, deps)?.lane;
    if (run === undefined) settled.push({ runId, dispatch, laneId: undefined });
    else if (lane === undefined || lane.key === use.key) settled.push({ runId, dispatch, laneId: use.laneId });
    else elsewhere.push({ run, task, lane });
  }
  await settleWaiting(deps.ledger, use, [...settled, ...(await ensureLanes(elsewhere, deps))]);
};

/** By their ids, with the row of now, which may be what the new revision asks for; without those who are gone. */
const reread = async (
  runs: readonly FedRun[],
  { settings, predicate }: CompiledTask,
  { sources }: QueuedDeps,
): Promise<ReadonlyMap<string, FedRun>> => {
  if (!settings.recheck) return new Map(runs.map((run) => [run.runId, run]));
  const keys = runs.map(({ entityPk }) => entityPk);
  const entities = await rereadEntities(sources, { source: settings.source, predicate, keys });
  const columns = new Map(entities.map((entity) => [entity.pk, entity.columns]));
  return new Map(
    runs.flatMap((run) => {
      const row = columns.get(run.entityPk);
      return row === undefined ? [] : [[run.runId, { ...run, columns: row }] as const];
    }),
  );
};
