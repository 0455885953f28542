/**
 * Gives a message back to the run that sent it. A look-up concludes from number, text and time which message is a run's;
 * an answer or a receipt knows. Where both claim the same message, who knows is right, and the run that had it by
 * conclusion is looked up once more. But once the sender itself was fed again, because a look-up found its message to be the
 * other's, the two have changed places for good: each of them has a message, and a third would be one too many.
 */
import type { Dispatch } from '@quailrunner/domain';
import type { Ask } from './query.js';

/** A message and the attempt that sent it. */
export interface OwnSid extends Dispatch {
  readonly sid: string;
}

// Promise: only what a look-up had concluded is undone, and nothing that a receipt of its own has proved. Concurrency: who
// settles by the same message at this moment meets the unique index on sids. Runs are locked first and in order, as
// everywhere. Cost: an index probe a sid.
const reclaim = `
  with own as (
    select own.*
    from unnest($1::text[], $2::bigint[], $3::int[]) as own (sid, run_id, dispatch)
    where not exists (select from quailrunner.runs o where o.id = own.run_id and o.dispatch > own.dispatch)
  ), locked as (
    select r.id
    from quailrunner.runs r
    where r.id in (
      select a.run_id from quailrunner.attempts a join own on a.sid = own.sid
      where a.run_id <> own.run_id and a.settled_by = 'look-up'
    )
    order by r.id
    for no key update
  ), lost as (
    update quailrunner.attempts a
    set sid = null, settled_by = null, verdict = 'unknown', code = 'MESSAGE_OF_ANOTHER_RUN',
      reason = 'The message that was found for it turned out to be the message of another run.'
    from own, locked
    where a.sid = own.sid and a.run_id <> own.run_id and a.settled_by = 'look-up' and a.run_id = locked.id
    returning a.run_id, a.dispatch, a.code, a.reason
  ), moved as (
    update quailrunner.runs r
    set state = 'unknown', due_at = now(), finished_at = null, code = lost.code, reason = lost.reason
    from lost
    where r.id = lost.run_id and r.dispatch = lost.dispatch and r.state in ('completed', 'failed')
      and r.delivery is null
  )
  select run_id as "runId" from lost`;

/** The runs that lost their message. */
export const reclaimSids = async (ask: Ask, own: readonly OwnSid[]): Promise<string[]> => {
  const values = [own.map(({ sid }) => sid), own.map(({ runId }) => runId), own.map(({ dispatch }) => dispatch)];
  return (await ask<{ runId: string }>(reclaim, values)).map(({ runId }) => runId);
};
