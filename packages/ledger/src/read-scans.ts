/** Scans, listed: the newest first, a page at a time. */
import type { Problem } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

export interface ScanRow {
  readonly scanId: string;
  readonly taskId: number;
  readonly task: string;
  readonly revision: number;
  readonly startedAt: Date;
  /** Absent while it goes on, and where its scheduler was lost. */
  readonly finishedAt?: Date;
  readonly entitiesRead: number;
  readonly entitiesClaimed: number;
  /** Why it failed. */
  readonly error?: Problem;
}

export interface ScanPage {
  /** By name; all of them without. */
  readonly task?: string;
  /** The last scan of the page before. */
  readonly beforeScanId?: string;
  readonly limit: number;
}

// Cost: a page of an index backwards. A thousand scans of each task are kept.
const select = (ofTask: string): string => `
  select s.id as "scanId", s.task_id as "taskId", t.name as task, s.revision, s.started_at as "startedAt",
    s.finished_at as "finishedAt", s.entities_read::float8 as "entitiesRead",
    s.entities_claimed::float8 as "entitiesClaimed", s.error
  from quailrunner.scans s
  join quailrunner.tasks t on t.id = s.task_id
  where ($1::bigint is null or s.id < $1) ${ofTask}
  order by s.id desc
  limit $2`;

const selectAll = select('');
const selectOfTask = select('and s.task_id = (select id from quailrunner.tasks where name = $3)');

/** Newest first. */
export const readScans = async (ledger: Ledger, { task, beforeScanId, limit }: ScanPage): Promise<ScanRow[]> => {
  const values = [beforeScanId, limit];
  const rows =
    task === undefined
      ? await query<ScanRow>(ledger, selectAll, values)
      : await query<ScanRow>(ledger, selectOfTask, [...values, task]);
  return rows.map(withoutNulls);
};
