/**
 * Address: claim → **feed** → render. What the feed must know of a message before it gets a job: whether its recipient wants
 * anything from its sender, and how many segments it takes of the lane's rate. So it is rendered here once, and nothing of it
 * is kept.
 */
import { setImmediate as letOthersGo } from 'node:timers/promises';
import { QuailError } from '@quailrunner/domain';
import { type AddressedRun, type FedRun, type Ledger, skipSuppressed } from '@quailrunner/ledger';
import type { QueuedRun } from '@quailrunner/queue';
import { addressOf, countSegments, type MessageAddress } from '@quailrunner/twilio';
import type { CompiledTask } from './compile-task.js';
import type { TaskCache } from './task-cache.js';

export interface AddressDeps {
  readonly ledger: Ledger;
  readonly tasks: TaskCache;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Messages after which others get a turn: a long text takes some ms to be counted. */
const turnAfter = 200;

/** The runs that are to be sent, in their order; those whose recipient has opted out are skipped. */
export const addressRuns = async (
  runs: readonly FedRun[],
  { isPaced }: { readonly isPaced: boolean },
  { ledger, tasks, secrets }: AddressDeps,
): Promise<QueuedRun[]> => {
  const addressed: AddressedRun[] = [];
  const queued: QueuedRun[] = [];
  for (const [index, run] of runs.entries()) {
    if (index % turnAfter === turnAfter - 1) await letOthersGo();
    const message = readMessage(await tasks.read(run.taskId, run.revision), run, { secrets, isPaced });
    if (message?.address !== undefined) addressed.push({ ...run, ...message.address });
    queued.push({ runId: run.runId, dispatch: run.dispatch, task: run.task, segments: message?.segments ?? 1 });
  }
  const skipped = addressed.length === 0 ? new Set() : await skipSuppressed(ledger, addressed);
  return queued.filter(({ runId }) => !skipped.has(runId));
};

interface Message {
  readonly address: MessageAddress | undefined;
  readonly segments: number;
}

/** Of a message at Twilio; a row that doesn't fit the template is told when it is to be sent. */
const readMessage = (
  { render, isMessage }: CompiledTask,
  { columns }: FedRun,
  { secrets, isPaced }: { secrets: AddressDeps['secrets']; isPaced: boolean },
): Message | undefined => {
  if (!isMessage) return undefined;
  try {
    const { url, form = [] } = render(columns, secrets);
    return { address: addressOf(url, form), segments: isPaced ? countSegments(form) : 1 };
  } catch (fault) {
    if (fault instanceof QuailError && !fault.retryable) return undefined;
    throw fault;
  }
};
