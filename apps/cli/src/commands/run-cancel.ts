/** `quail runs cancel`: what waits is not sent after all. */
import { whyNotCanceled } from '@quailrunner/domain';
import { cancelRuns, cancelTask, countCancelable } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatNumberOf } from '../output/table.js';
import { requireTask, withLedger } from '../with-ledger.js';

export const cancelNamed = async (runIds: readonly string[], context: CliContext): Promise<void> => {
  const { terminal } = context;
  const { canceled, refused } = await withLedger(context, (ledger) => cancelRuns(ledger, runIds, readActor()));
  if (canceled.length > 0) terminal.print(`${formatNumberOf(canceled.length, 'run')} canceled.`);
  for (const { runId, state } of refused) terminal.tell(`Run ${runId} was not canceled: it ${whyNotCanceled(state)}.`);
  if (refused.length > 0) context.setExitCode(1);
};

export const cancelOfTask = (task: string, { yes }: { readonly yes: boolean }, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    const { terminal } = context;
    await requireTask(task, ledger);
    const runs = formatNumberOf(await countCancelable(ledger, task), 'run');
    const isWanted = yes || (await terminal.ask(`Cancel ${runs} of ${task}, for good?`));
    if (isWanted === undefined) {
      terminal.tell(`quail: nobody is here to be asked. To cancel ${runs} of ${task}, say --yes.`);
      return context.setExitCode(2);
    }
    if (!isWanted) return terminal.tell('Nothing was canceled.');
    const { canceled = 0, sending = 0, unknown = 0 } = (await cancelTask(ledger, task, readActor())) ?? {};
    terminal.print(`${formatNumberOf(canceled, 'run')} canceled.`);
    if (sending > 0) terminal.tell(`Not canceled: ${formatNumberOf(sending, 'run')}, being sent at this moment.`);
    if (unknown > 0) {
      const all = `quail runs list --task ${task} --state unknown`;
      terminal.tell(`Not canceled: ${formatNumberOf(unknown, 'run')}, which may have been sent already: ${all}`);
    }
  });
