/** The register of workers: who shows itself is alive, and what it is sending is left alone. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

export interface Worker {
  /** A UUID of this process' life. */
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
}

const register = `
  insert into quailrunner.workers (id, host, pid) values ($1, $2, $3)
  on conflict (id) do update set seen_at = now()`;

/** Before the first `openAttempts().start`, and every few seconds until nothing is being sent any more. */
export const registerWorker = async (ledger: Ledger, { workerId, host, pid }: Worker): Promise<void> => {
  await query(ledger, register, [workerId, host, pid]);
};
