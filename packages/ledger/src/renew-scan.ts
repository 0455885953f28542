/** Keeps a scan ours while its predicate has not returned a row yet; each claim renews the lease by itself. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

/** A scan that we hold the lease of. */
export interface Scan {
  readonly scanId: string;
  readonly taskId: number;
  readonly revision: number;
}

/** How long a scan may be silent before another scheduler takes over. */
export const scanLeaseMs = 180_000;

const renew = `
  update quailrunner.tasks
  set scan_lease_until = now() + $3 * interval '1 ms'
  where id = $1 and scan_id = $2
  returning id`;

/** False when the lease is no longer ours: the scan had better end. */
export const renewScan = async (ledger: Ledger, { taskId, scanId }: Scan): Promise<boolean> =>
  (await query(ledger, renew, [taskId, scanId, scanLeaseMs])).length > 0;
