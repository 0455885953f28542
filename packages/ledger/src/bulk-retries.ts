/**
 * A bulk retry, begun and stopped by a person: failed runs are queued again, as many at a time as their lanes take
 * (advance-bulk-retries.ts). A stop acts at once: what has not been tried again by then is not.
 */
import { type Actor, QuailError } from '@quailrunner/domain';
import { type BulkRetryFilter, countRetry } from './count-retry.js';
import type { Ledger } from './open-ledger.js';
import { inTransaction } from './query.js';
import { recordAct } from './record-act.js';

// Promise: what fails after this moment is none of its runs, so what fails again is not taken twice.
const insertRetry = `
  insert into quailrunner.bulk_retries (task_id, code, failed_since, failed_until, asked_by_kind, asked_by_name, total)
  select t.id, $2, $3, least($4::timestamptz, clock_timestamp()), $5, $6, $7
  from (select (select id from quailrunner.tasks where name = $1 and kind = 'task') as id) t
  where $1::text is null or t.id is not null
  returning id as "retryId", failed_until as until`;

export interface StartedRetry {
  readonly retryId: string;
  /** Failed runs that it takes. */
  readonly runs: number;
}

/** `undefined` where no run has failed so. Throws NO_SUCH_TASK. */
export const startBulkRetry = async (
  ledger: Ledger,
  filter: BulkRetryFilter,
  by: Actor,
): Promise<StartedRetry | undefined> => {
  const { task, code, since, until } = filter;
  const { runs } = await countRetry(ledger, filter);
  return inTransaction(ledger, async (ask) => {
    if (runs === 0) {
      await requireTask(ask, task);
      return undefined;
    }
    const values = [task, code, since, until, by.kind, by.name, runs];
    const [started] = await ask<{ retryId: string; until: Date }>(insertRetry, values);
    if (started === undefined) throw noSuchTask(task);
    const { retryId } = started;
    const after = { runs, filter: { task, code, since, until: started.until } };
    await recordAct(ask, { by, act: 'retry.started', subject: { kind: 'retry', id: retryId }, after });
    return { retryId, runs };
  });
};

const findTask = `select from quailrunner.tasks where name = $1 and kind = 'task'`;

const requireTask = async (ask: Parameters<typeof recordAct>[0], task: string | undefined): Promise<void> => {
  if (task !== undefined && (await ask(findTask, [task])).length === 0) throw noSuchTask(task);
};

const noSuchTask = (task = ''): QuailError => new QuailError('NO_SUCH_TASK', `there is no task "${task}"`);

// Concurrency: waits for the batch that a scheduler moves at this moment, and so gives that back, too.
const stop = `
  update quailrunner.bulk_retries
  set state = 'stopped', finished_at = now(), changed_at = now()
  where id = $1 and state = 'running'
  returning open_runs as "openRuns", moved::float8 as moved, total::float8 as total`;

// Promise: a run goes back only while no attempt has been made since it was moved; a job of it that is in Redis finds its
// start refused. It keeps the code and the reason with which it had failed.
const giveBack = `
  with picked as (
    select r.id from quailrunner.runs r
    where r.id = any ($1::bigint[]) and r.state in ('pending', 'queued') and r.attempts = 0
    order by r.id
    for no key update
  )
  update quailrunner.runs r
  set state = 'failed', finished_at = now()
  from picked
  where r.id = picked.id
  returning r.id`;

const keepReturned = `
  update quailrunner.bulk_retries
  set returned = cardinality($2::bigint[]),
    open_runs = array(select o.id from unnest(open_runs) as o (id) where o.id <> all ($2))
  where id = $1`;

export interface StoppedRetry {
  /** Moved and not yet tried again: they are failed, as they were. */
  readonly returned: number;
}

/** `undefined` when it is not running any more, or was never there. */
export const stopBulkRetry = (ledger: Ledger, retryId: string, by: Actor): Promise<StoppedRetry | undefined> =>
  inTransaction(ledger, async (ask) => {
    const [stopped] = await ask<{ openRuns: string[]; moved: number; total: number }>(stop, [retryId]);
    if (stopped === undefined) return undefined;
    const { openRuns, moved, total } = stopped;
    const given = (await ask<{ id: string }>(giveBack, [openRuns])).map(({ id }) => id);
    await ask(keepReturned, [retryId, given]);
    const returned = given.length;
    await recordAct(ask, {
      by,
      act: 'retry.stopped',
      subject: { kind: 'retry', id: retryId },
      before: { state: 'running', moved, total },
      after: { state: 'stopped', returned },
    });
    return { returned };
  });
