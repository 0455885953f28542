/** `quail runs resolve`: a person says what became of unknown runs. */
import { resolveRuns } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatNumberOf } from '../output/table.js';
import { withLedger } from '../with-ledger.js';

export interface Resolution {
  readonly runIds: readonly string[];
  readonly wasSent: boolean;
}

export const resolveNamed = async ({ runIds, wasSent }: Resolution, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const resolved = await withLedger(context, (ledger) => resolveRuns(ledger, runIds, { wasSent, by: readActor() }));
  if (resolved.length > 0) {
    terminal.print(
      `${formatNumberOf(resolved.length, 'run')} ${wasSent ? 'completed: sent' : 'queued again: not sent'}.`,
    );
  }
  const others = [...new Set(runIds)].filter((runId) => !resolved.includes(runId));
  if (others.length === 0) return;
  terminal.tell(
    `Not resolved: ${others.join(', ')}. Only an unknown run can be resolved: quail runs list --state unknown`,
  );
  context.setExitCode(1);
};
