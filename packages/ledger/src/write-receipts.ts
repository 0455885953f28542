/**
 * Receipt: record → **receipt**. Keeps what Twilio says later of messages, all that gathered in one commit, and lets it
 * speak for runs whose answer never came: a receipt proves that the run was sent.
 */
import { type Delivery, type Dispatch, deliveries } from '@quailrunner/domain';
import { isOneItemsFault } from './ledger-fault.js';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';
import { reclaimSids } from './reclaim-sids.js';

export interface Receipt extends Dispatch {
  /** Twilio's id of the message. */
  readonly sid: string;
  /** As Twilio said it. */
  readonly status: string;
  readonly delivery: Delivery;
  /** Twilio's code, where it could not be delivered. */
  readonly code?: string;
}

const rankOf = (delivery: string): string =>
  `array_position(array[${deliveries.map((known) => `'${known}'`).join(', ')}], ${delivery})`;

// Promise: repeated, late and disordered receipts change nothing but forwards. A run that was sent is completed, wherever
// it waits; one that is being sent just now is left to its worker, which finds `delivery` when it records. Concurrency: two
// monitors may write the same run; each takes the row in turn and compares with what it finds. Cost: for each receipt an
// insert, a primary key probe and, where it says something new, a heap-only update.
const write = `
  with given as (
    select *
    from unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[]) with ordinality
      as g (sid, status, run_id, dispatch, delivery, code, place)
  ), kept as (
    insert into quailrunner.receipts (sid, status, run_id, dispatch, code)
    select distinct on (g.sid, g.status) g.sid, g.status, g.run_id, g.dispatch, g.code
    from given g
    join quailrunner.runs r on r.id = g.run_id
    order by g.sid, g.status, g.place
    on conflict (sid, status) do nothing
  ), furthest as (
    select distinct on (run_id) run_id, delivery, code
    from given
    order by run_id, ${rankOf('delivery')} desc, place
  ), moved as (
    update quailrunner.runs r
    set delivery = case when ${rankOf('f.delivery')} > coalesce(${rankOf('r.delivery')}, 0) then f.delivery else r.delivery end,
      delivery_code = case when ${rankOf('f.delivery')} > coalesce(${rankOf('r.delivery')}, 0) then f.code else r.delivery_code end,
      state = case when r.state = 'sending' then 'sending' else 'completed' end,
      finished_at = case when r.state <> 'sending' then coalesce(r.finished_at, now()) end,
      code = case when r.state = 'sending' then r.code end,
      reason = case when r.state = 'sending' then r.reason end
    from furthest f
    where r.id = f.run_id
      and (${rankOf('f.delivery')} > coalesce(${rankOf('r.delivery')}, 0) or r.state not in ('sending', 'completed'))
    returning r.id
  ), proof as (
    select distinct on (g.run_id, g.dispatch) g.run_id, g.dispatch, g.sid
    from given g
    join moved on moved.id = g.run_id
    order by g.run_id, g.dispatch, g.place
  )
  update quailrunner.attempts a
  set verdict = 'accepted', settled_by = 'receipt', code = null, reason = null,
    sid = case
      when $7::boolean and not exists (
        select from quailrunner.attempts o where o.sid = p.sid and o.run_id = a.run_id
      ) then p.sid
      else a.sid
    end
  from proof p
  where a.run_id = p.run_id and a.dispatch = p.dispatch and a.verdict <> 'accepted'`;

/** All of them or none. Receipts of runs that are no more are left out. */
export const writeReceipts = async (ledger: Ledger, receipts: readonly Receipt[]): Promise<void> => {
  await reclaimSids(ledger, receipts);
  try {
    await writeAll(ledger, receipts, { withSids: true });
  } catch (fault) {
    if (receipts.length > 1 || !isOneItemsFault(fault)) throw fault;
    // A look-up took the message at this very moment; or it is another run's by its own answer, which can't be Twilio's.
    const taken = await reclaimSids(ledger, receipts);
    await writeAll(ledger, receipts, { withSids: taken.length > 0 });
  }
  // A look-up that was committed meanwhile looks for receipts afterwards, as we look for it: one of us sees the other.
  await reclaimSids(ledger, receipts);
};

const writeAll = async (
  ledger: Ledger,
  receipts: readonly Receipt[],
  { withSids }: { withSids: boolean },
): Promise<void> => {
  await query(ledger, write, [
    receipts.map(({ sid }) => sid),
    receipts.map(({ status }) => status),
    receipts.map(({ runId }) => runId),
    receipts.map(({ dispatch }) => dispatch),
    receipts.map(({ delivery }) => delivery),
    receipts.map(({ code }) => code),
    withSids,
  ]);
};
