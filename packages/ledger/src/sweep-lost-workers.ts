/** Gives up what a lost worker was sending: nobody knows whether the POST left, so the run becomes `unknown`. */
import { unknownLookAfterMs } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, queryOne } from './query.js';

// Why: a worker that was killed can't say what it was doing. Promise: the attempt counts, once, and is kept with verdict
// `unknown`; a worker that started something lately, or whose ledger was away itself, is not lost; but no request takes as
// long as $4, whatever its worker says. A run that a receipt has proved to be sent is completed. Concurrency: rows that
// somebody moves just now are skipped; a worker that is alive after all may still record its answer. Cost: reads what is on
// its way out, a batch in each call.
const sweep = `
  with lost as (
    select r.id
    from quailrunner.runs r
    where r.shelf = 'out' and r.state = 'sending' and r.started_at < now() - $1 * interval '1 ms'
      and pg_postmaster_start_time() < now() - $1 * interval '1 ms'
      and (r.started_at < now() - $4 * interval '1 ms' or not exists (
        select from quailrunner.workers w where w.id = r.worker_id and w.seen_at >= now() - $1 * interval '1 ms'
      ))
    order by r.id
    limit $3
    for no key update of r skip locked
  ), moved as (
    update quailrunner.runs r
    set state = case when r.delivery is null then 'unknown' else 'completed' end, attempts = r.attempts + 1,
      due_at = now() + $2 * interval '1 ms', finished_at = case when r.delivery is not null then now() end,
      code = case when r.delivery is null then 'WORKER_LOST' end,
      reason = case when r.delivery is null then 'The worker was lost while it was sending.' end
    from lost
    where r.id = lost.id
    returning r.*
  ), kept as (
    insert into quailrunner.attempts (run_id, dispatch, number, revision, worker_id, started_at, verdict, settled_by, code,
      reason, duration_ms)
    select id, dispatch, attempts, revision, worker_id, started_at,
      case when proved then 'accepted' else 'unknown' end, case when proved then 'receipt' end,
      case when not proved then 'WORKER_LOST' end,
      case when not proved then 'The worker was lost while it was sending.' end,
      least(extract(epoch from now() - started_at) * 1000, 2147483647)
    from moved
    cross join lateral (
      select exists (
        select from quailrunner.receipts c where c.run_id = moved.id and c.dispatch = moved.dispatch
      ) as proved
    ) receipt
    on conflict (run_id, dispatch) do nothing
  )
  select count(*)::int as lost from moved`;

const forget = `delete from quailrunner.workers where seen_at < now() - interval '7 days'`;

const batchSize = 5_000;

/** Three times the longest time-out that a task may set. */
const longestSendingMs = 15 * 60_000;

/** How many runs were given up. The unknown ones are looked up after `lookUpAfterMs`. */
export const sweepLostWorkers = async (
  ledger: Ledger,
  { olderThanMs, lookUpAfterMs = unknownLookAfterMs }: { olderThanMs: number; lookUpAfterMs?: number },
): Promise<number> => {
  let swept = 0;
  for (let lost = batchSize; lost === batchSize; swept += lost) {
    ({ lost } = await queryOne<{ lost: number }>(ledger, sweep, [
      olderThanMs,
      lookUpAfterMs,
      batchSize,
      longestSendingMs,
    ]));
  }
  await query(ledger, forget);
  return swept;
};
