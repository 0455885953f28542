/** A person's retry: failed runs wait again, with all their attempts before them. What was tried stays to be seen. */
import type { Actor } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction, withoutNulls } from './query.js';
import { recordActs } from './record-act.js';

// Promise: only what is failed. The dispatch number goes on, so rows of attempts never clash. Concurrency: runs that somebody
// else retries are skipped.
const retry = `
  with picked as (
    select r.id, r.code, r.attempts
    from quailrunner.runs r
    where r.id = any ($1::bigint[]) and r.state = 'failed'
    order by r.id
    for no key update skip locked
  )
  update quailrunner.runs r
  set state = 'pending', attempts = 0, due_at = now(), finished_at = null, code = null, reason = null
  from picked
  where r.id = picked.id
  returning r.id, picked.code, picked.attempts`;

interface FailedRun {
  /** The ledger's bigint, as text. */
  readonly id: string;
  readonly code: string | null;
  readonly attempts: number;
}

/** How many of those named wait again. For many at once there is bulk-retries.ts. */
export const retryRuns = (
  ledger: Ledger,
  { runIds, by }: { readonly runIds: readonly string[]; readonly by: Actor },
): Promise<number> =>
  inTransaction(ledger, async (ask) => {
    const failed = await ask<FailedRun>(retry, [runIds]);
    const subjects = failed.map(({ id, code, attempts }) => ({
      id,
      before: withoutNulls({ state: 'failed', code, attempts }),
      after: { state: 'pending', attempts: 0 },
    }));
    await recordActs(ask, { by, act: 'run.retried', kind: 'run', subjects });
    return failed.length;
  });
