/** Saves a task as a person wrote it: a new one, a new revision of one, or nothing where nothing changed. */
import { isDeepStrictEqual } from 'node:util';
import { type Action, type Actor, QuailError, type TaskDefinition } from '@quailrunner/domain';
import { changeUses } from './keep-rates.js';
import type { Ledger } from './open-ledger.js';
import { type Ask, inTransaction } from './query.js';
import { recordAct } from './record-act.js';
import { fromStored, revisionColumns, type StoredRevision, toStored } from './revisions.js';

export interface SavedTask {
  readonly taskId: number;
  readonly revision: number;
  readonly change: 'created' | 'revised' | 'unchanged';
  /** It had been held for the content of an older revision, and goes on. */
  readonly isResumed: boolean;
  /** By this change, those who are done get the action of now, too: `onChange: resend`, and there are such. */
  readonly isResent: boolean;
}

export interface SaveTerms {
  /** The one that was changed, 0 for a new task: a task that is another by now is not saved. */
  readonly expectedRevision?: number;
  /** A new task waits for a person; one that is there keeps its state. */
  readonly isPaused?: boolean;
}

// Why: gives the name a row that can be locked. Revision 0 is seen by nobody: the first revision follows before commit.
// Concurrency: a second save of the same new task waits here for the first.
const nameTask = `
  insert into quailrunner.tasks (name, revision, every_ms) values ($1, 0, $2)
  on conflict (name) do nothing`;

// Concurrency: saves of the same task take turns. Scans read `revision` from the same row and go on.
const lockTask = `
  select id as "taskId", revision, state = 'held' as "isHeld" from quailrunner.tasks where name = $1 for no key update`;

const readNewest = `
  select ${revisionColumns}
  from quailrunner.task_revisions rv
  where rv.task_id = $1 and rv.revision = $2`;

const addRevision = `
  insert into quailrunner.task_revisions (task_id, revision, settings, predicate, action_sealed, edition)
  values ($1, $2::int, $3, $4, $5, case
    when $6 then (
      select before.edition from quailrunner.task_revisions before
      where before.task_id = $1 and before.revision = $2 - 1
    )
    else $2
  end)
  returning edition`;

// Why: nothing is sent again where nobody is done. Cost: the first run found ends it; where everybody has the action of now, it
// reads the task's runs, and only when `onChange` becomes `resend`. Old runs that were sent anew are under another key.
const findDone = `
  select exists (
    select from quailrunner.runs r
    where r.task_id = $1 and r.state = 'completed' and r.revision < $2 and r.entity_pk not like '%~done-' || r.id
  ) as "isSomebodyDone"`;

// Promise: the new revision is scanned at once, and a scan of the old one claims nothing more: its lease is gone. A hold is
// for the content of the old one; a person's pause stays.
const pointToRevision = `
  update quailrunner.tasks
  set revision = $2, every_ms = $3, error = null,
    state = case when $4 and $2 = 1 then 'paused' when state = 'held' then 'active' else state end, reason = null,
    next_scan_at = now(), scan_id = null, scan_lease_until = null, changed_at = now()
  where id = $1`;

// Promise: nobody is told any more of a hold that is over.
const endAlerts = `update quailrunner.alerts set due_at = null where task_id = $1 and due_at is not null`;

// Promise: a rate that a revision changes or drops holds at once, in every lane the task sends in.
const followRate = `
  update quailrunner.task_lanes set rate_per_second = $2
  where task_id = $1 and rate_per_second is distinct from $2`;

/**
 * Compares with the newest revision: settings, predicate and action. Throws LEDGER_WRONG_KEY when that doesn't open, and
 * TASK_CHANGED_MEANWHILE when it isn't the expected one.
 */
export const saveTask = (
  ledger: Ledger,
  definition: TaskDefinition,
  by: Actor,
  { expectedRevision, isPaused = false }: SaveTerms = {},
): Promise<SavedTask> =>
  inTransaction(ledger, async (ask) => {
    const { name, everyMs, onChange = 'keep' } = definition.settings;
    await ask(nameTask, [name, everyMs]);
    const [locked] = await ask<{ taskId: number; revision: number; isHeld: boolean }>(lockTask, [name]);
    if (locked === undefined) throw new Error('unreachable: the row was made or found before');
    const { isHeld, ...task } = locked;
    if (expectedRevision !== undefined && expectedRevision !== task.revision) throw changedMeanwhile(task.revision);
    const newest = await readNewestDefinition(ledger, ask, { ...task, task: name });
    if (isDeepStrictEqual(newest, plain(definition)))
      return { ...task, change: 'unchanged', isResumed: false, isResent: false };
    const revision = task.revision + 1;
    const { settings, predicate, actionSealed } = toStored(ledger, { task: name, revision }, definition);
    const isSameAction = isDeepStrictEqual(newest?.settings.action, plain(definition).settings.action);
    const values = [task.taskId, revision, settings, predicate, actionSealed, isSameAction];
    const [added] = await ask<{ edition: number }>(addRevision, values);
    await ask(pointToRevision, [task.taskId, revision, everyMs, isPaused]);
    if (isHeld) await ask(endAlerts, [task.taskId]);
    const { ratePerSecond } = definition.settings;
    await changeUses(ask, task.taskId, () => ask(followRate, [task.taskId, ratePerSecond]));
    await recordAct(ask, {
      by,
      act: revision === 1 ? 'task.created' : 'task.revised',
      subject: { kind: 'task', id: name },
      before: newest && { revision: task.revision, ...(isHeld && { state: 'held' }) },
      after: {
        revision,
        ...(isPaused && revision === 1 && { state: 'paused' }),
        ...(newest && { changed: changedParts(newest, plain(definition)) }),
        ...(isHeld && { state: 'active' }),
      },
    });
    const isNowResent = onChange === 'resend' && !(isSameAction && newest?.settings.onChange === 'resend');
    const [done] = isNowResent
      ? await ask<{ isSomebodyDone: boolean }>(findDone, [task.taskId, added?.edition])
      : [{ isSomebodyDone: false }];
    return {
      taskId: task.taskId,
      revision,
      change: revision === 1 ? 'created' : 'revised',
      isResumed: isHeld,
      isResent: done?.isSomebodyDone === true,
    };
  });

const changedMeanwhile = (revision: number): QuailError =>
  new QuailError(
    'TASK_CHANGED_MEANWHILE',
    revision === 0
      ? 'there is no such task any more'
      : `the task was saved by somebody else: it is at revision ${revision}`,
    { context: { revision } },
  );

const readNewestDefinition = async (
  ledger: Ledger,
  ask: Ask,
  place: { taskId: number; task: string; revision: number },
): Promise<TaskDefinition | undefined> => {
  const [stored] = await ask<StoredRevision>(readNewest, [place.taskId, place.revision]);
  return stored && fromStored(ledger, place, stored);
};

/** As it comes back from JSON: without what is undefined. */
const plain = (definition: TaskDefinition): TaskDefinition => JSON.parse(JSON.stringify(definition));

/** Names only: what stands in them may be secret or personal. */
const changedParts = (before: TaskDefinition, after: TaskDefinition): string[] => [
  ...(before.predicate === after.predicate ? [] : ['predicate']),
  ...differing(before.settings, after.settings).filter((name) => name !== 'action'),
  ...differing<Action>(before.settings.action, after.settings.action).map((name) => `action.${name}`),
];

const differing = <Parts extends object>(before: Parts, after: Parts): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => !isDeepStrictEqual(before[name as keyof Parts], after[name as keyof Parts]),
  );
