/** Tasks and their revisions, read. */
import { type Problem, QuailError, type TaskDefinition } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';
import { fromStored, revisionColumns, type StoredRevision } from './revisions.js';
import type { TaskState } from './set-task-state.js';

export interface TaskRow {
  readonly taskId: number;
  readonly name: string;
  /** The newest. */
  readonly revision: number;
  /** Since which its action is as it is. */
  readonly edition: number;
  readonly state: TaskState;
  /** Why it is held. */
  readonly reason?: string;
  readonly source: string;
  readonly everyMs: number;
  /** Why the last scan failed. */
  readonly error?: Problem;
  readonly nextScanAt: Date;
  /** When the last scan that ended began, and what it found. */
  readonly lastScanAt?: Date;
  readonly entitiesRead?: number;
  readonly entitiesClaimed?: number;
  readonly changedAt: Date;
}

const selectTasks = `
  select t.id as "taskId", t.name, t.revision, rv.edition, t.state, t.reason, rv.settings ->> 'source' as source,
    t.every_ms as "everyMs",
    t.error, t.next_scan_at as "nextScanAt", t.changed_at as "changedAt", s.started_at as "lastScanAt",
    s.entities_read::float8 as "entitiesRead", s.entities_claimed::float8 as "entitiesClaimed"
  from quailrunner.tasks t
  join quailrunner.task_revisions rv on rv.task_id = t.id and rv.revision = t.revision
  left join lateral (
    select * from quailrunner.scans where task_id = t.id and finished_at is not null order by id desc limit 1
  ) s on true`;

const selectRevision = `
  select t.name as task, ${revisionColumns}
  from quailrunner.task_revisions rv
  join quailrunner.tasks t on t.id = rv.task_id
  where rv.task_id = $1 and rv.revision = $2`;

export const readTasks = async (ledger: Ledger): Promise<TaskRow[]> =>
  (await query<TaskRow>(ledger, `${selectTasks} where t.kind = 'task' order by t.name`)).map(withoutNulls);

export const readTask = async (ledger: Ledger, name: string): Promise<TaskRow | undefined> =>
  (await query<TaskRow>(ledger, `${selectTasks} where t.kind = 'task' and t.name = $1`, [name])).map(withoutNulls)[0];

/** Never changes once it is there. Throws LEDGER_NO_REVISION, or LEDGER_WRONG_KEY when its action doesn't open. */
export const readRevision = async (ledger: Ledger, taskId: number, revision: number): Promise<TaskDefinition> => {
  const [stored] = await query<StoredRevision & { task: string }>(ledger, selectRevision, [taskId, revision]);
  if (stored === undefined) {
    throw new QuailError('LEDGER_NO_REVISION', 'there is no such revision', { context: { taskId, revision } });
  }
  return fromStored(ledger, { task: stored.task, revision }, stored);
};
