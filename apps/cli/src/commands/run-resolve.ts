/** `quail runs resolve`: a person says what became of unknown runs. */
import { resolveRuns } from '@quailrunner/ledger';
import type { CliContext } from '../context.js';
import { formatNumberOf } from '../output/table.js';
import { withLedger } from '../with-ledger.js';

export interface Resolution {
  readonly runIds: readonly string[];
  readonly wasSent: boolean;
}

export const resolveNamed = async ({ runIds, wasSent }: Resolution, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const wanted = new Set(runIds).size;
  const { length } = await withLedger(context, (ledger) => resolveRuns(ledger, runIds, { wasSent }));
  if (length > 0) {
    terminal.print(`${formatNumberOf(length, 'run')} ${wasSent ? 'completed: sent' : 'queued again: not sent'}.`);
  }
  if (length === wanted) return;
  terminal.tell(`Not resolved: ${formatNumberOf(wanted - length, 'run')}. Only an unknown run can be resolved.`);
  context.setExitCode(1);
};
