/** Takes back what was fed and has no job in Redis: the add failed, the scheduler died before it, or Redis forgot. */
import type { Dispatch } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

// Promise: a run that was started or fed again meanwhile stays where it is. Concurrency: a run that a worker is starting
// just now is skipped rather than waited for.
const returnQueued = `
  with back as (
    select r.id
    from unnest($1::bigint[], $2::int[]) as b (id, dispatch)
    join quailrunner.runs r on r.id = b.id and r.dispatch = b.dispatch
    where r.state = 'queued'
    order by r.id
    for no key update of r skip locked
  )
  update quailrunner.runs r set state = 'pending', due_at = greatest(r.due_at, now() + $3 * interval '1 ms')
  from back where r.id = back.id
  returning r.id`;

/** How many went back to `pending`; they may be fed again after `dueInMs`. */
export const returnRuns = async (
  ledger: Ledger,
  dispatches: readonly Dispatch[],
  { dueInMs = 0 } = {},
): Promise<number> => {
  const ids = dispatches.map(({ runId }) => runId);
  const numbers = dispatches.map(({ dispatch }) => dispatch);
  return (await query(ledger, returnQueued, [ids, numbers, dueInMs])).length;
};
