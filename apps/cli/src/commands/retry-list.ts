/** `quail runs retries` and `quail runs retries stop`. */
import { QuailError } from '@quailrunner/domain';
import { type BulkRetry, readBulkRetries, readBulkRetry, stopBulkRetry } from '@quailrunner/ledger';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { formatFilter, formatOutcome, formatWaits } from '../output/retry.js';
import { type Column, formatNumberOf, formatTable } from '../output/table.js';
import type { Paint } from '../output/terminal.js';
import { formatAgo } from '../output/time.js';
import { withLedger } from '../with-ledger.js';

const paints: Partial<Record<BulkRetry['state'], Paint>> = { running: 'cyan', stopped: 'yellow' };

const columnsAt = (now: Date): readonly Column<BulkRetry>[] => [
  { title: 'RETRY', value: ({ retryId }) => retryId, align: 'right' },
  { title: 'OF', value: formatFilter },
  { title: 'STATE', value: ({ state }) => state, paint: ({ state }) => paints[state] },
  { title: 'BY', value: ({ by }) => by.name },
  { title: 'STARTED', value: ({ createdAt }) => formatAgo(createdAt, now), align: 'right' },
  { title: 'MOVED', value: ({ moved }) => moved, align: 'right' },
  { title: 'OF ALL', value: ({ total }) => total, align: 'right' },
  {
    title: 'OUTCOME',
    value: (retry) => [formatOutcome(retry), formatWaits(retry.waitsFor)].filter(Boolean).join('; '),
  },
];

export const listRetries = async (
  { limit, json }: { readonly limit: number; readonly json: boolean },
  context: CliContext,
): Promise<void> => {
  const { terminal } = context;
  const retries = await withLedger(context, (ledger) => readBulkRetries(ledger, { limit }));
  if (json) return terminal.printJson(retries);
  if (retries.length === 0) return terminal.print('No retries of many runs yet: quail runs retry --task NAME');
  terminal.print(formatTable(columnsAt(new Date()), retries, terminal.paint));
};

export const stopRetry = (retryId: string, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    const stopped = await stopBulkRetry(ledger, retryId, readActor());
    if (stopped !== undefined) {
      const back = `${formatNumberOf(stopped.returned, 'run')} given back: failed, as before`;
      return context.terminal.print(`Retry ${retryId} is stopped. ${back}.`);
    }
    const retry = await readBulkRetry(ledger, retryId);
    if (retry === undefined) throw new QuailError('NO_SUCH_RETRY', `there is no retry ${retryId}`);
    context.terminal.print(`Retry ${retryId} is ${retry.state} already.`);
  });
