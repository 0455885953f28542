/** Suppressions, heeded: claim → **feed** → render. Runs whose recipient wants nothing from their sender are skipped. */
import type { Dispatch } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';
import type { SuppressedAddress } from './suppress.js';

export type AddressedRun = Dispatch & SuppressedAddress;

// Promise: only the very feed that asks is touched. A run that is skipped is noted for its suppression, which is held until
// both are committed, so that whoever lifts it finds the run. Cost: an index probe a run; writes only for those skipped.
const skip = `
  with suppressed as (
    select a.run_id, a.dispatch, s.id as suppression_id
    from unnest($1::bigint[], $2::int[], $3::text[], $4::text[]) as a (run_id, dispatch, sender, address)
    join quailrunner.suppressions s on s.sender = a.sender and s.address = a.address and s.lifted_at is null
    order by s.id
    for key share of s
  ), skipped as (
    update quailrunner.runs r
    set state = 'skipped', finished_at = now(), code = 'SUPPRESSED',
      reason = 'The recipient wants no messages from this sender.'
    from suppressed s
    where r.id = s.run_id and r.dispatch = s.dispatch and r.state = 'queued'
    returning r.id, s.suppression_id
  ), noted as (
    insert into quailrunner.suppressed_runs (suppression_id, run_id)
    select suppression_id, id from skipped
    on conflict do nothing
  )
  select run_id as "runId" from suppressed`;

/** The ids of runs that must not be sent. */
export const skipSuppressed = async (ledger: Ledger, runs: readonly AddressedRun[]): Promise<Set<string>> => {
  const rows = await query<{ runId: string }>(ledger, skip, [
    runs.map(({ runId }) => runId),
    runs.map(({ dispatch }) => dispatch),
    runs.map(({ sender }) => sender),
    runs.map(({ recipient }) => recipient),
  ]);
  return new Set(rows.map(({ runId }) => runId));
};
