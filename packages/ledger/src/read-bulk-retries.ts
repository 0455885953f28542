/** Bulk retries, read: what was asked for, how far it has come, and what came of it. */
import type { Actor } from '@quailrunner/domain';
import type { BulkRetryFilter } from './count-retry.js';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

export type BulkRetryState = 'running' | 'stopped' | 'finished';

export interface BulkRetry {
  readonly retryId: string;
  readonly filter: BulkRetryFilter & { readonly until: Date };
  readonly state: BulkRetryState;
  readonly by: Actor;
  /** Failed runs that it was to move. */
  readonly total: number;
  readonly moved: number;
  /** Of those moved, and not given back: still waiting, queued or being sent. */
  readonly onTheirWay: number;
  /** Of those moved, as they were when they first ended; some of the unknown ones may have been settled since. */
  readonly completed: number;
  readonly failed: number;
  readonly unknown: number;
  /** Skipped or canceled. */
  readonly skipped: number;
  /** Moved, and given back by a stop before an attempt: failed, as they were. */
  readonly returned: number;
  readonly createdAt: Date;
  readonly finishedAt?: Date;
  /** Of its runs on their way, what stands in lanes and tasks that send nothing at present. */
  readonly waitsFor: readonly WaitsFor[];
}

export type WaitsFor =
  | { readonly kind: 'lane'; readonly laneId: number; readonly state: 'paused' | 'held'; readonly runs: number }
  | { readonly kind: 'task'; readonly task: string; readonly state: 'paused' | 'held'; readonly runs: number };

// Cost: a few dozen rows, and a primary key probe for each run on its way of those that are running: 1,200 at most of each.
const select = `
  select b.id as "retryId", t.name as task, b.code, b.failed_since as since, b.failed_until as until, b.state,
    b.asked_by_kind as "byKind", b.asked_by_name as "byName", greatest(b.total, b.moved)::float8 as total,
    b.moved::float8 as moved, cardinality(b.open_runs) as "onTheirWay", b.completed::float8 as completed,
    b.failed::float8 as failed, b.unknown::float8 as unknown, b.skipped::float8 as skipped, b.returned::float8 as returned,
    b.created_at as "createdAt", b.finished_at as "finishedAt", w.held as "waitsFor"
  from quailrunner.bulk_retries b
  left join quailrunner.tasks t on t.id = b.task_id
  left join lateral (
    select json_agg(h order by h.kind, h."laneId", h.task) as held
    from (
      select 'lane' as kind, l.id as "laneId", null as task, l.state, count(*)::int as runs
      from unnest(b.open_runs) as o (id)
      join quailrunner.runs r on r.id = o.id and r.shelf = 'waiting'
      join quailrunner.lanes l on l.id = r.lane_id and l.state <> 'open'
      group by l.id
      union all
      select 'task', null, k.name, k.state, count(*)::int
      from unnest(b.open_runs) as o (id)
      join quailrunner.runs r on r.id = o.id and r.shelf = 'waiting'
      join quailrunner.tasks k on k.id = r.task_id and k.state <> 'active'
      group by k.id
    ) h
  ) w on b.state = 'running'
  where ($1::bigint is null or b.id < $1) and ($2::bigint is null or b.id = $2)
  order by b.id desc
  limit $3`;

interface Row extends Omit<BulkRetry, 'filter' | 'by' | 'waitsFor'> {
  readonly task?: string;
  readonly code?: string;
  readonly since?: Date;
  readonly until: Date;
  readonly byKind: Actor['kind'];
  readonly byName: string;
  readonly waitsFor?: readonly WaitsFor[];
}

const toRetry = ({ task, code, since, until, byKind, byName, waitsFor = [], ...rest }: Row): BulkRetry => ({
  ...rest,
  filter: { ...(task && { task }), ...(code && { code }), ...(since && { since }), until },
  by: { kind: byKind, name: byName },
  waitsFor: waitsFor.map(withoutNulls),
});

export interface BulkRetryPage {
  readonly limit: number;
  /** The last one of the page before: newest come first. */
  readonly beforeRetryId?: string;
}

export const readBulkRetries = async (ledger: Ledger, page: BulkRetryPage): Promise<BulkRetry[]> =>
  (await query<Row>(ledger, select, [page.beforeRetryId, null, page.limit])).map(withoutNulls).map(toRetry);

export const readBulkRetry = async (ledger: Ledger, retryId: string): Promise<BulkRetry | undefined> =>
  (await query<Row>(ledger, select, [null, retryId, 1])).map(withoutNulls).map(toRetry)[0];
