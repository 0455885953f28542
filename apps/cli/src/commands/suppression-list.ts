/** `quail suppressions list`, `add` and `lift`. */
import { maskAddress, maskLaneKey, QuailError } from '@quailrunner/domain';
import {
  liftSuppressions,
  readLanes,
  readSuppressions,
  type SuppressedAddress,
  type SuppressionRow,
  suppress,
  type WhichSuppressions,
} from '@quailrunner/ledger';
import { normalSender } from '@quailrunner/twilio';
import { readActor } from '../actor.js';
import type { CliContext } from '../context.js';
import { type Column, formatTable } from '../output/table.js';
import { formatAgo } from '../output/time.js';
import { withLedger } from '../with-ledger.js';

const columnsAt = (now: Date): readonly Column<SuppressionRow>[] => [
  { title: 'ID', value: ({ suppressionId }) => suppressionId, align: 'right' },
  { title: 'SENDER', value: ({ sender }) => sender },
  { title: 'NUMBER', value: ({ recipient }) => recipient },
  { title: 'TOLD BY', value: ({ toldBy, code }) => (code === undefined ? toldBy : `${toldBy} (${code})`) },
  { title: 'SINCE', value: ({ createdAt }) => formatAgo(createdAt, now), align: 'right' },
  { title: 'SKIPPED', value: ({ runs }) => runs, align: 'right' },
];

export const listSuppressions = async (
  { limit, json }: { limit: number; json: boolean },
  context: CliContext,
): Promise<void> => {
  const { terminal } = context;
  const all = await withLedger(context, (ledger) => readSuppressions(ledger, { limit }));
  const rows = all.map((row) => ({ ...row, sender: maskLaneKey(row.sender), recipient: maskAddress(row.recipient) }));
  if (json) return terminal.printJson(rows);
  if (rows.length === 0) return terminal.print('Nobody has opted out.');
  terminal.print(formatTable(columnsAt(new Date()), rows, terminal.paint));
  if (rows.length === limit) terminal.tell('There may be more: --limit');
};

/** A sender is taken however it is written, as tasks' are. */
export const addSuppression = ({ sender: written, recipient }: SuppressedAddress, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    const key = written.replace(/[^/]*$/, normalSender);
    const added = await suppress(ledger, [{ sender: key, recipient }], { toldBy: 'person', by: readActor() });
    const already = added === 0 ? ' already' : '';
    const sender = maskLaneKey(key);
    context.terminal.print(`${maskAddress(recipient)} gets nothing from ${sender}${already}.`);
    if ((await readLanes(ledger)).some((lane) => lane.key === key)) return;
    context.terminal.tell(`There is no lane of ${sender} yet. Is it written as its task writes it? quail lanes list`);
  });

export const liftNamed = (which: WhichSuppressions, context: CliContext): Promise<void> =>
  withLedger(context, async (ledger) => {
    const { suppressions, runs } = await liftSuppressions(ledger, which, readActor());
    if (suppressions === 0) throw new QuailError('NO_SUCH_SUPPRESSION', 'there is no such suppression');
    const go = runs === 1 ? 'run that was skipped goes' : 'runs that were skipped go';
    context.terminal.print(`${suppressions} lifted; ${runs} ${go} with the next scan of their task.`);
  });
