/** Stops a task and lets it go on. A person pauses and resumes; content that is refused again and again holds. */
import type { Actor } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction, query, withoutNulls } from './query.js';
import { recordAct } from './record-act.js';

/** `held`: its content was at fault, and it waits for a person. */
export type TaskState = 'active' | 'paused' | 'held';

// Promise: a pause takes the lease from a scan in progress, so nothing more is claimed, fed or started; a task that goes
// on is scanned at once. Nobody is told any more of a hold that is over. Setting the state it has changes nothing.
const setState = `
  with before as (
    select id, state, reason from quailrunner.tasks where name = $1 and state <> $2 for no key update
  ), changed as (
    update quailrunner.tasks t
    set state = $2, reason = null, next_scan_at = now(), scan_id = null, scan_lease_until = null, changed_at = now()
    from before
    where t.id = before.id
  ), told as (
    update quailrunner.alerts a set due_at = null from before where a.task_id = before.id and a.due_at is not null
  )
  select state, reason from before`;

const exists = `select from quailrunner.tasks where name = $1`;

// Promise: one alert for each hold; a revision that is newer than the fault stays. Concurrency: many runs meet the fault at
// once; one of them holds the task and says so.
const hold = `
  with held as (
    update quailrunner.tasks
    set state = 'held', reason = $3, scan_id = null, scan_lease_until = null, changed_at = now()
    where id = $1 and revision = $2 and state = 'active'
    returning id, name
  ), alert as (
    insert into quailrunner.alerts (kind, task_id, reason) select 'task.held', id, $3 from held
  )
  select name from held`;

/** A person's word. False when there is no such task. */
export const setTaskState = (ledger: Ledger, name: string, state: 'active' | 'paused', by: Actor): Promise<boolean> =>
  inTransaction(ledger, async (ask) => {
    const [before] = await ask<{ state: TaskState; reason: string | null }>(setState, [name, state]);
    if (before === undefined) return (await ask(exists, [name])).length > 0;
    const act = state === 'paused' ? 'task.paused' : 'task.resumed';
    const subject = { kind: 'task', id: name } as const;
    await recordAct(ask, { by, act, subject, before: withoutNulls(before), after: { state } });
    return true;
  });

/** Its name, when this call held it; `undefined` when it didn't send anyway, or was revised. */
export const holdTask = async (
  ledger: Ledger,
  { taskId, revision }: { readonly taskId: number; readonly revision: number },
  reason: string,
): Promise<string | undefined> => {
  const [task] = await query<{ name: string }>(ledger, hold, [taskId, revision, reason]);
  return task?.name;
};
