/** A person's word on unknown runs: they looked at Twilio's log, asked the recipient, or know what happened. */
import type { Actor } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction, withoutNulls } from './query.js';
import { recordActs } from './record-act.js';

// Promise: only what is unknown is resolved; who settles the same run at this moment is first or second, never both. A run
// that was not sent is tried again at once, whatever attempts it has had: that is what the person wants to happen.
const resolve = `
  with picked as (
    select id, dispatch, code from quailrunner.runs where id = any ($1::bigint[]) and state = 'unknown'
    order by id
    for no key update
  ), moved as (
    update quailrunner.runs r
    set state = case when $2::boolean then 'completed' else 'retrying' end, due_at = now(),
      finished_at = case when $2::boolean then now() end,
      code = case when not $2::boolean then r.code end, reason = case when not $2::boolean then r.reason end
    from picked
    where r.id = picked.id and r.state = 'unknown'
    returning r.id, r.dispatch, picked.code
  ), known as (
    update quailrunner.attempts a
    set verdict = case when $2::boolean then 'accepted' else 'transient' end, settled_by = 'person',
      code = case when not $2::boolean then a.code end, reason = case when not $2::boolean then a.reason end
    from moved
    where a.run_id = moved.id and a.dispatch = moved.dispatch
  )
  select id as "runId", code from moved order by id`;

/** The runs that were unknown, and are `completed` (`wasSent`) or `retrying` now. */
export const resolveRuns = (
  ledger: Ledger,
  runIds: readonly string[],
  { wasSent, by }: { readonly wasSent: boolean; readonly by: Actor },
): Promise<string[]> =>
  inTransaction(ledger, async (ask) => {
    const resolved = await ask<{ runId: string; code: string | null }>(resolve, [runIds, wasSent]);
    const after = { state: wasSent ? 'completed' : 'retrying' };
    const subjects = resolved.map(({ runId, code }) => ({
      id: runId,
      before: withoutNulls({ state: 'unknown', code }),
      after,
    }));
    await recordActs(ask, { by, act: 'run.resolved', kind: 'run', subjects });
    return resolved.map(({ runId }) => runId);
  });
