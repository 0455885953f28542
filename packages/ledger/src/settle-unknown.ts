/** Settles a run that nobody knew the answer of, once something is known: a look-up, a person's word, the task's policy. */
import type { Dispatch, VerdictKind } from '@quailrunner/domain';
import { LedgerFault } from './ledger-fault.js';
import type { Ledger } from './open-ledger.js';
import { askAlone, query } from './query.js';
import { reclaimSids } from './reclaim-sids.js';

export interface UnknownSettlement {
  /** `unknown`: nothing is known yet, look again later. */
  readonly state: 'completed' | 'retrying' | 'failed' | 'unknown';
  /** For `retrying` and `unknown`. */
  readonly dueInMs: number;
  /** What the attempt turned out to be; absent: it stays `unknown`. */
  readonly verdict?: VerdictKind;
  /** Who said so. */
  readonly settledBy?: 'look-up' | 'person' | 'policy';
  readonly sid?: string;
  /** Why the run stands where it stands; the attempt keeps its own unless a message tells more. Absent: nothing changes. */
  readonly code?: string;
  readonly reason?: string;
}

/** `sid-taken`: that message belongs to another run, so it isn't ours; this one is `unknown` as before. */
export type SettleResult = 'settled' | 'moved-on' | 'sid-taken';

// Why: the answer was never heard. Promise: only an unknown run of the very same job is settled, and one message settles
// one run. Concurrency: of two resolvers the second finds the run moved on, or the sid taken. The attempt was counted when
// the run became unknown.
const settle = `
  with moved as (
    update quailrunner.runs
    set state = $3,
      due_at = case when $3 in ('retrying', 'unknown') then now() + $4 * interval '1 ms' else due_at end,
      finished_at = case when $3 in ('completed', 'failed') then now() end,
      code = case when $3 = 'completed' then null else coalesce($7, code) end,
      reason = case when $3 = 'completed' then null else coalesce($8, reason) end
    where id = $1 and dispatch = $2 and state = 'unknown'
    returning id, dispatch
  ), known as (
    update quailrunner.attempts a
    set verdict = coalesce($5, a.verdict), sid = coalesce($6, a.sid), settled_by = $9,
      code = case when $5 = 'accepted' then null when $6::text is not null then coalesce($7, a.code) else a.code end,
      reason = case when $5 = 'accepted' then null when $6::text is not null then coalesce($8, a.reason) else a.reason end
    from moved
    where a.run_id = moved.id and a.dispatch = moved.dispatch
  )
  select from moved`;

export const settleUnknown = async (
  ledger: Ledger,
  { runId, dispatch }: Dispatch,
  settlement: UnknownSettlement,
): Promise<SettleResult> => {
  const { state, dueInMs, verdict, sid, code, reason, settledBy } = settlement;
  try {
    const values = [runId, dispatch, state, dueInMs, verdict, sid, code, reason, settledBy];
    const moved = await query(ledger, settle, values);
    if (moved.length === 0) return 'moved-on';
    return sid !== undefined && (await isReclaimed(ledger, sid, runId)) ? 'sid-taken' : 'settled';
  } catch (fault) {
    if (sid !== undefined && fault instanceof LedgerFault && fault.context.sqlState === '23505') return 'sid-taken';
    throw fault;
  }
};

const selectOwner = `select run_id as "runId", dispatch from quailrunner.receipts where sid = $1 and run_id <> $2 limit 1`;

/** A receipt that was written at the same moment may say whose message it is: it is asked for once we are committed. */
const isReclaimed = async (ledger: Ledger, sid: string, runId: string): Promise<boolean> => {
  const [owner] = await query<Dispatch>(ledger, selectOwner, [sid, runId]);
  return owner !== undefined && (await reclaimSids(askAlone(ledger), [{ ...owner, sid }])).includes(runId);
};
