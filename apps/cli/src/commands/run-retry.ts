/** `quail runs retry`: says how many were queued again. */
import { retryRuns } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatNumberOf } from '../output/table.js';
import { requireTask, withLedger } from '../with-ledger.js';

export const retryTask = async (filter: { task: string; code?: string }, context: CliContext): Promise<void> => {
  const retried = await withLedger(context, async (ledger) => {
    await requireTask(filter.task, ledger);
    return retryRuns(ledger, filter);
  });
  const which = filter.code === undefined ? '' : ` with code ${filter.code}`;
  context.terminal.print(
    retried === 0 ? `No run of ${filter.task} has failed${which}.` : `${formatNumberOf(retried, 'run')} queued again.`,
  );
};

export const retryNamed = async (runIds: readonly string[], context: CliContext): Promise<void> => {
  const wanted = new Set(runIds).size;
  const retried = await withLedger(context, (ledger) => retryRuns(ledger, { runIds, by: readActor() }));
  if (retried > 0) context.terminal.print(`${formatNumberOf(retried, 'run')} queued again.`);
  if (retried === wanted) return;
  context.terminal.tell(`Not queued: ${formatNumberOf(wanted - retried, 'run')}. Only a failed run can be retried.`);
  context.setExitCode(1);
};
