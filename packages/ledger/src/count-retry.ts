/** What a bulk retry would take, before a person says yes: how many runs, in which lanes, failed with which codes. */
import type { LaneKey, LaneState } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

/** Which failed runs. What is absent may be anything; runs of tests are never among them. */
export interface BulkRetryFilter {
  /** By name. */
  readonly task?: string;
  readonly code?: string;
  /** Failed at this moment or later. */
  readonly since?: Date;
  /** Failed at this moment or earlier; at the latest, when it is asked for. */
  readonly until?: Date;
}

export interface RetryCount {
  /** At most `mostCounted`. */
  readonly runs: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
  /** Most runs first. */
  readonly byLane: readonly RetryLane[];
  /** Most runs first. */
  readonly byCode: readonly RetryCode[];
}

export interface RetryLane {
  readonly laneId: number;
  /** May hold a phone number: show and log `maskLaneKey(key)`. */
  readonly key: LaneKey;
  readonly state: LaneState;
  readonly ratePerSecond?: number;
  readonly runs: number;
}

export interface RetryCode {
  /** Absent where none is known. */
  readonly code?: string;
  /** Of one of them. */
  readonly reason?: string;
  readonly runs: number;
}

export const mostCounted = 1_000_000;

// Cost: reads each failed run that is counted, about a second for a million of them; never more than a million.
const count = `
  with failed as (
    select r.lane_id, r.code, r.reason
    from quailrunner.tasks t
    cross join lateral (
      select lane_id, code, reason from quailrunner.runs
      where task_id = t.id and shelf = 'failed' and ($2::text is null or code = $2)
        and ($3::timestamptz is null or finished_at >= $3) and finished_at <= least($4::timestamptz, now())
    ) r
    where t.kind = 'task' and ($1::text is null or t.name = $1)
    limit $5
  ), counted as (
    select grouping(lane_id) = 0 as "isLane", grouping(code) = 0 as "isCode", lane_id, code, min(reason) as reason,
      count(*)::float8 as runs
    from failed
    group by grouping sets ((lane_id), (code), ())
  )
  select c."isLane", c."isCode", c.code, case when c."isCode" then c.reason end as reason, c.runs, l.id as "laneId", l.key,
    l.state, l.rate_per_second as "ratePerSecond"
  from counted c
  left join quailrunner.lanes l on c."isLane" and l.id = c.lane_id
  order by c.runs desc, c.lane_id, c.code`;

type Row = RetryLane & RetryCode & { readonly isLane: boolean; readonly isCode: boolean };

export const countRetry = async (ledger: Ledger, filter: BulkRetryFilter): Promise<RetryCount> => {
  const { task, code, since, until } = filter;
  const rows = (await query<Row>(ledger, count, [task, code, since, until, mostCounted + 1])).map(withoutNulls);
  const all = rows.find(({ isLane, isCode }) => !isLane && !isCode)?.runs ?? 0;
  return {
    runs: Math.min(all, mostCounted),
    isMore: all > mostCounted,
    byLane: rows.filter(({ isLane }) => isLane).map(({ isLane, isCode, ...lane }) => lane),
    byCode: rows.filter(({ isCode }) => isCode).map(({ isLane, isCode, ...code }) => code),
  };
};
