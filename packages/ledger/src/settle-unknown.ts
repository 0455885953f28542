/** Settles a run that nobody knew the answer of, once something is known: a look-up, a person's word, the task's policy. */
import type { Dispatch, VerdictKind } from '@quailrunner/domain';
import { LedgerFault } from './ledger-fault.js';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

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
  /** Absent: the run keeps what it has; a completed one keeps none. */
  readonly code?: string;
  readonly reason?: string;
}

/** `sid-taken`: that message belongs to another run, so it isn't ours; nothing was changed. */
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
      code = case when $5 = 'accepted' then null else coalesce($7, a.code) end,
      reason = case when $5 = 'accepted' then null else coalesce($8, a.reason) end
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
    return moved.length > 0 ? 'settled' : 'moved-on';
  } catch (fault) {
    if (sid !== undefined && fault instanceof LedgerFault && fault.context.sqlState === '23505') return 'sid-taken';
    throw fault;
  }
};
