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
  /** A million at most. */
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

const mostCounted = 1_000_000;

const which = `
  r.shelf = 'failed' and ($2::text is null or r.code = $2)
  and ($3::timestamptz is null or r.finished_at >= $3) and ($4::timestamptz is null or r.finished_at <= $4)`;

// Cost: index entries only, a third of a second for a million, and a row for each code. Never more than a million.
const countCodes = `
  with failed as (
    select r.id, r.code
    from quailrunner.tasks t
    cross join lateral (
      select r.id, r.code from quailrunner.runs r where r.task_id = t.id and ${which} limit $5
    ) r
    where t.kind = 'task' and ($1::text is null or t.name = $1)
    limit $5
  ), counted as (
    select code, count(*)::float8 as runs, max(id) as example from failed group by code
  )
  select c.code, e.reason, c.runs
  from counted c
  join quailrunner.runs e on e.id = c.example
  order by c.runs desc, c.code`;

const laneColumns = `
  l.id as "laneId", l.key, l.state, l.rate_per_second as "ratePerSecond", c.runs`;

// Cost: as above, of the index of each lane, while neither code nor time matter.
const countLanes = `
  select ${laneColumns}
  from quailrunner.lanes l
  cross join lateral (
    select count(*)::float8 as runs
    from (
      select from quailrunner.runs r
      where r.lane_id = l.id and r.shelf = 'failed' and r.task_id = any (array(
        select id from quailrunner.tasks where kind = 'task' and ($1::text is null or name = $1)
      ))
      limit $2
    ) r
  ) c
  where c.runs > 0
  order by c.runs desc, l.id`;

// Cost: reads the rows, a second for a million of them.
const countLanesOfSome = `
  with failed as (
    select r.lane_id
    from quailrunner.tasks t
    cross join lateral (
      select r.lane_id from quailrunner.runs r where r.task_id = t.id and ${which} limit $5
    ) r
    where t.kind = 'task' and ($1::text is null or t.name = $1)
    limit $5
  ), counted as (
    select lane_id, count(*)::float8 as runs from failed group by lane_id
  )
  select ${laneColumns}
  from counted c
  join quailrunner.lanes l on l.id = c.lane_id
  order by c.runs desc, l.id`;

export const countRetry = async (ledger: Ledger, filter: BulkRetryFilter): Promise<RetryCount> => {
  const { task, code, since, until } = filter;
  const limit = mostCounted + 1;
  const values = [task, code, since, until, limit];
  const isAll = code === undefined && since === undefined && until === undefined;
  const [byCode, byLane] = await Promise.all([
    query<RetryCode>(ledger, countCodes, values),
    query<RetryLane>(ledger, isAll ? countLanes : countLanesOfSome, isAll ? [task, limit] : values),
  ]);
  const runs = byCode.reduce((sum, each) => sum + each.runs, 0);
  return {
    runs: Math.min(runs, mostCounted),
    isMore: runs > mostCounted,
    byLane: byLane.map(withoutNulls),
    byCode: byCode.map(withoutNulls),
  };
};
