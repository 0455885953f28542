/** Suppressions: who asked a sender for no more messages, whatever the task, and who takes that back. */
import { type Actor, type Dispatch, maskAddress, maskLaneKey } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { type Ask, askAlone, inTransaction } from './query.js';
import { recordActs } from './record-act.js';

export interface SuppressedAddress {
  /** As a lane's key names it. */
  readonly sender: string;
  /** As personal as a run's columns: never shown or logged unmasked. */
  readonly recipient: string;
}

/** Who said so: the receiver's answer or receipt, the recipient's own message, a person. */
export type ToldBy = 'answer' | 'receipt' | 'recipient' | 'person';

// Promise: the same may be told any number of times; the first one stays. What an attempt met does not suppress again who was
// let through since it was made. Whoever lifts at this moment goes first or last.
const suppressAll = `
  insert into quailrunner.suppressions as s (sender, address, told_by, code)
  select distinct sender, address, $3, $4 from unnest($1::text[], $2::text[]) as a (sender, address)
  order by sender, address
  on conflict (sender, address) do update
  set told_by = excluded.told_by, code = excluded.code, created_at = now(), changed_at = now(), lifted_at = null
  where s.lifted_at < coalesce(
    (select a.started_at from quailrunner.attempts a where a.run_id = $5 and a.dispatch = $6),
    (select r.started_at from quailrunner.runs r where r.id = $5),
    now()
  )
  returning id, sender, address as recipient`;

export interface Told {
  readonly toldBy: Exclude<ToldBy, 'person'>;
  readonly code?: string;
  /** The attempt that met it. */
  readonly of?: Dispatch;
}

export interface ToldByPerson {
  readonly toldBy: 'person';
  readonly by: Actor;
}

/** How many were not suppressed before. */
export const suppress = async (
  ledger: Ledger,
  addresses: readonly SuppressedAddress[],
  told: Told | ToldByPerson,
): Promise<number> =>
  told.toldBy === 'person'
    ? inTransaction(ledger, async (ask) => {
        const added = await suppressWith(ask, addresses, told);
        const subjects = added.map((each) => ({ id: each.id, after: masked(each) }));
        await recordActs(ask, { by: told.by, act: 'suppression.added', kind: 'suppression', subjects });
        return added.length;
      })
    : (await suppressWith(askAlone(ledger), addresses, told)).length;

interface Numbered extends SuppressedAddress {
  readonly id: string;
}

const suppressWith = (
  ask: Ask,
  addresses: readonly SuppressedAddress[],
  told: Told | ToldByPerson,
): Promise<Numbered[]> => {
  const { code, of } = told.toldBy === 'person' ? {} : told;
  return ask<Numbered>(suppressAll, [...columnsOf(addresses), told.toldBy, code, of?.runId, of?.dispatch]);
};

const masked = ({ sender, recipient }: SuppressedAddress) => ({
  sender: maskLaneKey(sender),
  recipient: maskAddress(recipient),
});

// Concurrency: a feed that skips a run at this moment holds the suppression (skip-suppressed.ts), so that the next statement
// sees the run; a feed that comes later finds it lifted.
const liftAll = `
  with picked as (
    select s.id
    from quailrunner.suppressions s
    where s.lifted_at is null and (
      s.id = any ($1::bigint[]) or s.address = $2 or (s.sender, s.address) in (select * from unnest($3::text[], $4::text[]))
    )
    order by s.id
    for update
  )
  update quailrunner.suppressions s set lifted_at = now(), changed_at = now() from picked where s.id = picked.id
  returning s.id, s.sender, s.address as recipient`;

// Promise: the runs that were skipped for it are free for their task's next scan, which claims those again that the predicate
// still returns.
const freeRuns = `
  with freed as (
    delete from quailrunner.suppressed_runs where suppression_id = any ($1::bigint[]) returning run_id
  )
  update quailrunner.runs r set code = 'SUPPRESSION_LIFTED', reason = 'The recipient may get messages of this sender again.'
  from freed
  where r.id = freed.run_id and r.state = 'skipped' and r.code = 'SUPPRESSED'
  returning r.id`;

export type WhichSuppressions =
  | { readonly ids: readonly string[] }
  /** Of all senders. */
  | { readonly recipient: string }
  | { readonly addresses: readonly SuppressedAddress[] };

export interface Lifted {
  readonly suppressions: number;
  /** Runs that wait for the next scan of their task. */
  readonly runs: number;
}

/** By a person, or by the recipient's own message. */
export const liftSuppressions = (ledger: Ledger, which: WhichSuppressions, by: Actor | 'recipient'): Promise<Lifted> =>
  inTransaction(ledger, async (ask) => {
    const ids = 'ids' in which ? which.ids : [];
    const addresses = 'addresses' in which ? which.addresses : [];
    const recipient = 'recipient' in which ? which.recipient : undefined;
    const lifted = await ask<Numbered>(liftAll, [ids, recipient, ...columnsOf(addresses)]);
    const runs = await ask(freeRuns, [lifted.map(({ id }) => id)]);
    if (by !== 'recipient') {
      const subjects = lifted.map((each) => ({ id: each.id, before: masked(each) }));
      await recordActs(ask, { by, act: 'suppression.lifted', kind: 'suppression', subjects });
    }
    return { suppressions: lifted.length, runs: runs.length };
  });

const columnsOf = (addresses: readonly SuppressedAddress[]): string[][] => [
  addresses.map(({ sender }) => sender),
  addresses.map(({ recipient }) => recipient),
];
