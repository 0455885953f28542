/** Scan, begun: **predicate → scan** → claim. One scheduler at a time scans a task, for as long as it renews its lease. */
import { QuailError, type TaskDefinition } from '@quailrunner/domain';
import { finishScan } from './finish-scan.js';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';
import { type Scan, scanLeaseMs } from './renew-scan.js';
import { fromStored, revisionColumns, type StoredRevision } from './revisions.js';

export interface DueScan extends Scan {
  /** The task's name. */
  readonly task: string;
  readonly definition: TaskDefinition;
  /** No scan of this revision has ended well yet. */
  readonly isFirstOfRevision: boolean;
}

// Why: a task is due when its time has come and nobody holds a lease on it. Promise: one taker. Concurrency: the row is
// locked for a moment and schedulers skip each other's; whoever comes later finds the lease. Cost: a probe of a few tasks.
const takeDue = `
  with due as (
    select id, revision from quailrunner.tasks
    where kind = 'task' and state = 'active' and next_scan_at <= now() and (scan_lease_until is null or scan_lease_until < now())
    order by next_scan_at
    limit 1
    for no key update skip locked
  ), scan as (
    insert into quailrunner.scans (task_id, revision) select id, revision from due returning id, task_id
  ), taken as (
    update quailrunner.tasks t
    set scan_id = scan.id, scan_lease_until = now() + $1 * interval '1 ms',
      next_scan_at = now() + t.every_ms * interval '1 ms'
    from scan
    where t.id = scan.task_id
    returning t.id, t.name, t.revision, t.scan_id
  )
  select taken.scan_id as "scanId", taken.id as "taskId", taken.revision, taken.name as task, ${revisionColumns},
    case when rv.settings ->> 'onChange' = 'resend' then rv.edition else 0 end as "resendBefore",
    not exists (
      select from quailrunner.scans s
      where s.task_id = taken.id and s.revision = taken.revision and s.finished_at is not null and s.error is null
    ) as "isFirstOfRevision"
  from taken
  join quailrunner.task_revisions rv on rv.task_id = taken.id and rv.revision = taken.revision`;

/**
 * Takes the scan that has been due for longest, if one is. When its action doesn't open (LEDGER_WRONG_KEY), the task shows
 * that, and it is thrown; other tasks are not kept waiting by it.
 */
export const takeDueScan = async (ledger: Ledger): Promise<DueScan | undefined> => {
  const [row] = await query<Omit<DueScan, 'definition'> & StoredRevision>(ledger, takeDue, [scanLeaseMs]);
  if (row === undefined) return undefined;
  const { settings, predicate, actionSealed, ...scan } = row;
  try {
    return { ...scan, definition: fromStored(ledger, scan, { settings, predicate, actionSealed }) };
  } catch (fault) {
    const error = fault instanceof QuailError ? { code: fault.code, message: fault.message } : noCode(fault);
    await finishScan(ledger, scan, { entitiesRead: 0, entitiesClaimed: 0, error });
    throw fault;
  }
};

const noCode = (fault: unknown) => ({ code: 'LEDGER_FAULT', message: String(fault) });
