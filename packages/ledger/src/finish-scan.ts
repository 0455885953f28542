/** Scan, ended: what it read and claimed, and the error that the task shows until a scan succeeds. */
import type { Problem } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';
import type { Scan } from './renew-scan.js';

export interface ScanResult {
  readonly entitiesRead: number;
  readonly entitiesClaimed: number;
  readonly error?: Problem;
}

// Promise: gives the lease back, so the task may be scanned when it is due again. Concurrency: a scan whose lease was
// taken over, or whose task was revised meanwhile, changes nothing but its own row.
const finish = `
  with ended as (
    update quailrunner.scans
    set finished_at = now(), entities_read = $3, entities_claimed = $4, error = $5
    where id = $2
  )
  update quailrunner.tasks
  set error = $5, scan_id = null, scan_lease_until = null
  where id = $1 and scan_id = $2`;

/** A task that is scanned every ten seconds keeps its last three hours. */
const scansKept = 1_000;

/** Trimming reads an index entry for each scan kept: now and then is enough. */
const scansBetweenTrims = 100n;

const trim = `
  delete from quailrunner.scans s
  using quailrunner.tasks t, lateral (
    select id from quailrunner.scans where task_id = t.id order by id desc offset $1 limit 1
  ) oldest
  where s.task_id = t.id and s.id <= oldest.id`;

export const finishScan = async (ledger: Ledger, scan: Scan, result: ScanResult): Promise<void> => {
  const { entitiesRead, entitiesClaimed, error } = result;
  await query(ledger, finish, [
    scan.taskId,
    scan.scanId,
    entitiesRead,
    entitiesClaimed,
    error ? JSON.stringify(error) : null,
  ]);
  if (BigInt(scan.scanId) % scansBetweenTrims === 0n) await query(ledger, trim, [scansKept]);
};
