/** `quail runs retry 1 2 3`: says how many were queued again. */
import { retryRuns } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatNumberOf } from '../output/table.js';
import { withLedger } from '../with-ledger.js';

export const retryNamed = async (runIds: readonly string[], context: CliContext): Promise<void> => {
  const wanted = new Set(runIds).size;
  const retried = await withLedger(context, (ledger) => retryRuns(ledger, { runIds, by: readActor() }));
  if (retried > 0) context.terminal.print(`${formatNumberOf(retried, 'run')} queued again.`);
  if (retried === wanted) return;
  context.terminal.tell(`Not queued: ${formatNumberOf(wanted - retried, 'run')}. Only a failed run can be retried.`);
  context.setExitCode(1);
};
