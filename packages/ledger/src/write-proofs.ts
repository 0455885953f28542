/**
 * Receipt: record → **receipt**. Writes what proves that runs were sent: Twilio's receipts, all that gathered in one commit,
 * and answers that came too late for their run. It completes runs whose answer never came, wherever they wait now.
 */
import { type Delivery, type Dispatch, deliveries } from '@quailrunner/domain';
import { isOneItemsFault } from './ledger-fault.js';
import type { Ledger } from './open-ledger.js';
import { type Ask, askAlone, inTransaction } from './query.js';
import { type OwnSid, reclaimSids } from './reclaim-sids.js';

export interface Proof extends Dispatch {
  /** The receiver's id of the message, where it gives one. */
  readonly sid?: string;
  readonly delivery: Delivery;
  /** Twilio's code, where it could not be delivered. */
  readonly code?: string;
  /** A receipt's status, as Twilio said it. */
  readonly status?: string;
  /** False of a message that Twilio lists and has refused when it was asked for it: it completes nothing. */
  readonly wasSent: boolean;
}

// Why a statement of its own: the next one then sees all that was committed by whoever held a run before us, the attempt
// that its worker has just recorded above all. In order, so that two monitors don't wait for each other.
const lock = `
  select from quailrunner.runs where id = any ($1::bigint[]) order by id for no key update`;

const rankOf = (delivery: string): string =>
  `array_position(array[${deliveries.map((known) => `'${known}'`).join(', ')}], ${delivery})`;

// Promise: repeated, late and disordered proofs change nothing but forwards. A run that was sent is completed, wherever it
// waits; one that is being sent just now is left to its worker, which finds `delivery` when it records. An attempt that a
// look-up had given another message has its own now. A message that counts as another run's speaks for that one
// (reclaim-sids.ts). Concurrency: the runs are locked by the statement before; the others, for which a message speaks, here.
// Cost: for each proof an insert, two primary key probes and, where it says something new, a heap-only update.
const write = `
  with given as (
    select g.sid, g.status, coalesce(a.run_id, g.run_id) as run_id, coalesce(a.dispatch, g.dispatch) as dispatch, g.delivery,
      g.code, g.was_sent, g.place
    from unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::boolean[])
      with ordinality as g (sid, status, run_id, dispatch, delivery, code, was_sent, place)
    left join quailrunner.attempts a
      on a.sid = g.sid and a.run_id <> g.run_id and a.settled_by = 'look-up' and a.verdict = 'accepted'
      and exists (select from quailrunner.runs o where o.id = g.run_id and o.dispatch > g.dispatch)
  ), locked as (
    select r.id from quailrunner.runs r where r.id in (select run_id from given) order by r.id for no key update
  ), kept as (
    insert into quailrunner.receipts (sid, status, run_id, dispatch, code)
    select distinct on (g.sid, g.status) g.sid, g.status, g.run_id, g.dispatch, g.code
    from given g
    join locked on locked.id = g.run_id
    where g.status is not null
    order by g.sid, g.status, g.place
    on conflict (sid, status) do nothing
  ), furthest as (
    select distinct on (run_id) run_id, delivery, code, ${rankOf('delivery')} as rank,
      bool_or(was_sent) over (partition by run_id) as was_sent
    from given
    order by run_id, rank desc, place
  ), moved as (
    update quailrunner.runs r
    set delivery = case when f.rank > coalesce(${rankOf('r.delivery')}, 0) then f.delivery else r.delivery end,
      delivery_code = case when f.rank > coalesce(${rankOf('r.delivery')}, 0) then f.code else r.delivery_code end,
      state = case when r.state = 'sending' then 'sending' else 'completed' end,
      finished_at = case when r.state <> 'sending' then coalesce(r.finished_at, now()) end,
      code = case when r.state = 'sending' then r.code end,
      reason = case when r.state = 'sending' then r.reason end
    from furthest f
    join locked on locked.id = f.run_id
    where r.id = f.run_id and (f.was_sent or r.state = 'completed')
      and (f.rank > coalesce(${rankOf('r.delivery')}, 0) or r.state not in ('sending', 'completed'))
    returning r.id
  ), proof as (
    select distinct on (run_id, dispatch) run_id, dispatch, sid
    from given
    where was_sent
    order by run_id, dispatch, place
  ), known as (
    update quailrunner.attempts a
    set verdict = 'accepted', settled_by = $8, code = null, reason = null,
      sid = case
        when $9::boolean and p.sid is not null and not exists (
          select from quailrunner.attempts o where o.sid = p.sid and o.run_id = a.run_id
        ) then p.sid
        else a.sid
      end
    from proof p
    join locked on locked.id = p.run_id
    where a.run_id = p.run_id and a.dispatch = p.dispatch
      and (a.verdict <> 'accepted' or a.settled_by = 'look-up' and p.sid is not null and a.sid is distinct from p.sid)
    returning a.run_id
  )
  select ((select count(*) from moved) + (select count(*) from known))::int as changed`;

/** Whether anything is known now that was not before. All of them or none; those of runs that are no more are left out. */
export const writeProofs = async (
  ledger: Ledger,
  proofs: readonly Proof[],
  by: 'receipt' | 'answer',
): Promise<boolean> => {
  const changed = await writeInTransaction(ledger, proofs, by).catch((fault) => {
    if (proofs.length > 1 || !isOneItemsFault(fault)) throw fault;
    // A look-up took the message at this very moment; or it is another run's by its own answer, which can't be Twilio's.
    return writeInTransaction(ledger, proofs, by, { isLast: true });
  });
  // A look-up that was committed meanwhile looks for receipts afterwards, as we look for it: one of us sees the other.
  await reclaimSids(askAlone(ledger), ownSids(proofs));
  return changed;
};

const ownSids = (proofs: readonly Proof[]): OwnSid[] =>
  proofs.flatMap(({ sid, runId, dispatch }) => (sid === undefined ? [] : [{ sid, runId, dispatch }]));

const writeInTransaction = (
  ledger: Ledger,
  proofs: readonly Proof[],
  by: 'receipt' | 'answer',
  { isLast = false } = {},
): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    await ask(lock, [proofs.map(({ runId }) => runId)]);
    const taken = await reclaimSids(ask, ownSids(proofs));
    return writeAll(ask, proofs, [by, !isLast || taken.length > 0]);
  });

const writeAll = async (ask: Ask, proofs: readonly Proof[], rest: readonly unknown[]): Promise<boolean> => {
  const [row] = await ask<{ changed: number }>(write, [
    proofs.map(({ sid }) => sid),
    proofs.map(({ status }) => status),
    proofs.map(({ runId }) => runId),
    proofs.map(({ dispatch }) => dispatch),
    proofs.map(({ delivery }) => delivery),
    proofs.map(({ code }) => code),
    proofs.map(({ wasSent }) => wasSent),
    ...rest,
  ]);
  return (row?.changed ?? 0) > 0;
};
