/**
 * Address: claim → **feed** → render. What the feed must know of a message before it gets a job: whether it still goes out by
 * this lane, whether its recipient wants anything from its sender, and how many segments it takes of the lane's rate. So it is
 * rendered here once, without its headers, and nothing of it is kept.
 */
import { setImmediate as letOthersGo } from 'node:timers/promises';
import { type Dispatch, type LaneKey, QuailError } from '@quailrunner/domain';
import { type AddressedRun, ensureLane, type FedRun, type Ledger, moveRuns, skipSuppressed } from '@quailrunner/ledger';
import type { QueuedRun } from '@quailrunner/queue';
import { addressOf, countSegments } from '@quailrunner/twilio';
import { type CompiledTask, type LaneOfEntity, laneOfRequest } from './compile-task.js';
import type { TaskCache } from './task-cache.js';

export interface AddressDeps {
  readonly ledger: Ledger;
  readonly tasks: TaskCache;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface FedLane {
  readonly laneId: number;
  readonly key: LaneKey;
}

/** Others get a turn after so long. */
const turnMs = 20;

/** The runs that are to be sent in this lane, in their order. Who has opted out is skipped; who goes elsewhere waits there. */
export const addressRuns = async (runs: readonly FedRun[], lane: FedLane, deps: AddressDeps): Promise<QueuedRun[]> => {
  const here: QueuedRun[] = [];
  const addressed: AddressedRun[] = [];
  const elsewhere: Elsewhere[] = [];
  let turnEndsAt = performance.now() + turnMs;
  for (const run of runs) {
    if (performance.now() > turnEndsAt) {
      await letOthersGo();
      turnEndsAt = performance.now() + turnMs;
    }
    const task = await deps.tasks.read(run.taskId, run.revision);
    const message = readMessage(task, run, deps);
    if (message !== undefined && message.lane.key !== lane.key) {
      elsewhere.push({ run, task, lane: message.lane });
      continue;
    }
    if (message?.address !== undefined) addressed.push({ ...run, ...message.address });
    here.push({ runId: run.runId, dispatch: run.dispatch, task: run.task, segments: message?.segments ?? 1 });
  }
  await moveElsewhere(elsewhere, deps);
  const skipped = addressed.length === 0 ? new Set() : await skipSuppressed(deps.ledger, addressed);
  return here.filter(({ runId }) => !skipped.has(runId));
};

/**
 * `undefined` for a row that doesn't fit its template: the worker tells it, and nothing is sent. A secret that this process
 * doesn't know stops the feed, for nobody could tell whom the message is for; of a test the worker tells that, too.
 */
export const readMessage = (task: CompiledTask, { columns }: FedRun, { secrets }: AddressDeps) => {
  try {
    const request = task.renderMessage(columns, secrets);
    const lane = laneOfRequest(task, request);
    if (!task.isMessage) return { lane, address: undefined, segments: 1 };
    const { url, form = [] } = request;
    return { lane, address: addressOf(url, form), segments: countSegments(form) };
  } catch (fault) {
    if (!(fault instanceof QuailError) || fault.retryable) throw fault;
    if (fault.code === 'RENDER_SECRET_MISSING' && !task.settings.isTest) throw fault;
    return undefined;
  }
};

export interface Elsewhere {
  readonly run: FedRun;
  readonly task: CompiledTask;
  readonly lane: LaneOfEntity;
}

const moveElsewhere = async (runs: readonly Elsewhere[], deps: AddressDeps): Promise<void> => {
  if (runs.length > 0) await moveRuns(deps.ledger, await ensureLanes(runs, deps));
};

/**
 * A revision, or the row of today, names another sender: its lane may be paused, and has a rate of its own, in which every task
 * and every sender that comes to it has a say.
 */
export const ensureLanes = async (
  runs: readonly Elsewhere[],
  { ledger }: AddressDeps,
): Promise<(Dispatch & { readonly laneId: number })[]> => {
  const laneIds = new Map<string, number>();
  const moves: (Dispatch & { readonly laneId: number })[] = [];
  for (const { run, task, lane } of runs) {
    const use = { taskId: run.taskId, revision: run.revision, ratePerSecond: task.settings.ratePerSecond };
    const asked = `${run.taskId}/${run.revision} ${lane.defaultRate ?? ''} ${lane.key}`;
    const laneId =
      laneIds.get(asked) ?? (await ensureLane(ledger, lane.key, { ...use, defaultRate: lane.defaultRate }));
    laneIds.set(asked, laneId);
    moves.push({ runId: run.runId, dispatch: run.dispatch, laneId });
  }
  return moves;
};
