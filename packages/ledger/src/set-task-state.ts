/** Pauses a task or lets it go on. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

export type TaskState = 'active' | 'paused';

// Promise: a pause takes the lease from a scan in progress, so nothing more is claimed, fed or started; a task that goes
// on is scanned at once. Setting the state it has changes nothing.
const setState = `
  update quailrunner.tasks
  set state = $2, next_scan_at = now(), scan_id = null, scan_lease_until = null, changed_at = now()
  where name = $1 and state <> $2`;

const exists = `select from quailrunner.tasks where name = $1`;

/** False when there is no such task. */
export const setTaskState = async (ledger: Ledger, name: string, state: TaskState): Promise<boolean> => {
  await query(ledger, setState, [name, state]);
  return (await query(ledger, exists, [name])).length > 0;
};
