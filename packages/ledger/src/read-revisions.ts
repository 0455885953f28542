/** A task's revisions, the newest first, and the lanes it sends in: what its page shows. */
import type { TaskDefinition } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';
import { fromStored, revisionColumns, type StoredRevision } from './revisions.js';

export interface Revision {
  readonly revision: number;
  readonly createdAt: Date;
  readonly definition: TaskDefinition;
}

export interface RevisionPage {
  readonly limit: number;
  /** Only older ones. */
  readonly beforeRevision?: number;
}

const selectRevisions = `
  select t.name as task, rv.revision, rv.created_at as "createdAt", ${revisionColumns}
  from quailrunner.task_revisions rv
  join quailrunner.tasks t on t.id = rv.task_id
  where rv.task_id = $1 and ($2::int is null or rv.revision < $2)
  order by rv.revision desc
  limit $3`;

const selectLanes = `select lane_id as "laneId" from quailrunner.task_lanes where task_id = $1 order by lane_id limit $2`;

/** Throws LEDGER_WRONG_KEY when an action doesn't open. */
export const readRevisions = async (ledger: Ledger, taskId: number, page: RevisionPage): Promise<Revision[]> => {
  const values = [taskId, page.beforeRevision, page.limit];
  const rows = await query<StoredRevision & Revision & { task: string }>(ledger, selectRevisions, values);
  return rows.map(({ task, revision, createdAt, ...stored }) => ({
    revision,
    createdAt,
    definition: fromStored(ledger, { task, revision }, stored),
  }));
};

/** Their ids, the oldest lanes first. */
export const readTaskLanes = async (ledger: Ledger, taskId: number, limit: number): Promise<number[]> =>
  (await query<{ laneId: number }>(ledger, selectLanes, [taskId, limit])).map(({ laneId }) => laneId);
