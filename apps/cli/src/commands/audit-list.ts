/** `quail audit list`. */
import { formatChange } from '@quailrunner/domain';
import { type AuditRow, readAudit } from '@quailrunner/ledger';
import type { CliContext } from '../context.js';
import { type Column, formatTable } from '../output/table.js';
import { formatTime } from '../output/time.js';
import { withLedger } from '../with-ledger.js';
import type { SubjectWish } from './arguments.js';

export interface AuditOptions {
  readonly by?: string;
  readonly act?: string;
  readonly on?: SubjectWish;
  readonly limit: number;
  readonly before?: string;
  readonly json?: true;
}

const columns: readonly Column<AuditRow>[] = [
  { title: 'ID', value: ({ auditId }) => auditId, align: 'right' },
  { title: 'AT', value: ({ at }) => formatTime(at) },
  { title: 'BY', value: ({ by }) => `${by.kind} ${by.name}` },
  { title: 'ACT', value: ({ act }) => act },
  { title: 'ON', value: ({ subject }) => `${subject.kind} ${subject.id}` },
  { title: 'CHANGE', value: ({ before, after }) => formatChange(before, after) },
];

export const listAudit = async (options: AuditOptions, context: CliContext): Promise<void> => {
  const { terminal } = context;
  const { by, act, on, limit, before, json } = options;
  const rows = await withLedger(context, (ledger) => readAudit(ledger, { limit, before }, { actor: by, act, ...on }));
  if (json) return terminal.printJson(rows);
  if (rows.length === 0) return terminal.print('Nobody has done anything of the kind.');
  terminal.print(formatTable(columns, rows, terminal.paint));
  if (rows.length === limit) terminal.tell(`There may be more: --before ${rows.at(-1)?.auditId}`);
};
