/** Keeps a scan ours while it is under way, however long its predicate takes to return a row. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

/** A scan that we hold the lease of. */
export interface Scan {
  readonly scanId: string;
  readonly taskId: number;
  readonly revision: number;
  /** Who was sent an older revision than this is sent the new one; 0, or absent: nobody. */
  readonly resendBefore?: number;
}

/** How often the process that scans says that it lives. */
export const scanHeartbeatMs = 5_000;

/** How long a scan may be silent before another scheduler takes over. */
export const scanLeaseMs = 6 * scanHeartbeatMs;

const renew = `
  update quailrunner.tasks
  set scan_lease_until = now() + $3 * interval '1 ms'
  where id = $1 and scan_id = $2
  returning id`;

/** False when the lease is no longer ours: the scan had better end. */
export const renewScan = async (ledger: Ledger, { taskId, scanId }: Scan): Promise<boolean> =>
  (await query(ledger, renew, [taskId, scanId, scanLeaseMs])).length > 0;
