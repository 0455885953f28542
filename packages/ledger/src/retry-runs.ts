/** A person's retry: failed runs wait again, with all their attempts before them. What was tried stays to be seen. */
import type { Actor } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { type Ask, inTransaction, queryOne, withoutNulls } from './query.js';
import { recordActs } from './record-act.js';

export type RetryFilter =
  | { readonly runIds: readonly string[]; readonly by: Actor }
  /** Runs of a task that failed, with this code where one is given. */
  | { readonly task: string; readonly code?: string };

// Promise: only what is failed, and failed before the retry began, so that what fails again at once is not taken twice.
// The dispatch number goes on, so rows of attempts never clash. Concurrency: runs that somebody else retries are skipped.
const retry = `
  with picked as (
    select r.id, r.code, r.attempts
    from quailrunner.runs r
    where r.shelf = 'failed' and r.finished_at <= $1::timestamptz
      and ($2::bigint[] is null or r.id = any ($2))
      and ($3::text is null or r.task_id = (select id from quailrunner.tasks where name = $3))
      and ($4::text is null or r.code = $4)
    order by r.id
    limit $5
    for no key update skip locked
  )
  update quailrunner.runs r
  set state = 'pending', attempts = 0, due_at = now(), finished_at = null, code = null, reason = null
  from picked
  where r.id = picked.id
  returning r.id, picked.code, picked.attempts`;

const batchSize = 10_000;

/** How many runs wait again. Large ones go in batches, each a transaction of its own. */
export const retryRuns = async (ledger: Ledger, filter: RetryFilter): Promise<number> => {
  const runIds = 'runIds' in filter ? filter.runIds : null;
  const [task, code] = 'task' in filter ? [filter.task, filter.code] : [];
  const { now } = await queryOne<{ now: string }>(ledger, 'select clock_timestamp()::text as now');
  let retried = 0;
  for (let moved = batchSize; moved === batchSize; retried += moved) {
    moved = await inTransaction(ledger, async (ask) => {
      const failed = await ask<FailedRun>(retry, [now, runIds, task, code, batchSize]);
      if ('by' in filter) await record(ask, failed, filter.by);
      return failed.length;
    });
  }
  return retried;
};

interface FailedRun {
  /** The ledger's bigint, as text. */
  readonly id: string;
  readonly code: string | null;
  readonly attempts: number;
}

const record = (ask: Ask, failed: readonly FailedRun[], by: Actor): Promise<void> => {
  const subjects = failed.map(({ id, code, attempts }) => ({
    id,
    before: withoutNulls({ state: 'failed', code, attempts }),
    after: { state: 'pending', attempts: 0 },
  }));
  return recordActs(ask, { by, act: 'run.retried', kind: 'run', subjects });
};
