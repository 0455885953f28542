/** Lanes, read: as workers and schedulers look at them every moment, and with their counts, as people do. */
import { type LaneKey, type LaneState, paceAt } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

export interface LaneRow {
  readonly laneId: number;
  /** May hold a phone number: show and log `maskLaneKey(key)`. */
  readonly key: LaneKey;
  readonly state: LaneState;
  /** Why it is held, or who paused it. */
  readonly reason?: string;
  readonly ratePerSecond?: number;
}

/** How it was told to slow down. */
interface LaneSpeed {
  /** For how long nothing leaves, and why: a code. */
  readonly backoffMs?: number;
  readonly backoffCode?: string;
  /** Messages a second at present, where that is less than its rate. */
  readonly pace?: number;
  readonly throttles: number;
  /** Requests that Twilio saw at once, as it said last. */
  readonly concurrentRequests?: number;
  readonly throttledAt?: Date;
}

export interface LaneCounts extends LaneRow, LaneSpeed {
  /** A person's, over all others. */
  readonly setRate?: number;
  /** Runs in the ledger that will be fed. */
  readonly waiting: number;
  /** Runs that Redis has. */
  readonly queued: number;
  readonly sending: number;
}

const laneColumns = `l.id as "laneId", l.key, l.state, l.reason, l.rate_per_second as "ratePerSecond"`;

const selectLanes = `select ${laneColumns} from quailrunner.lanes l order by l.id`;

// Cost: reads the index of what waits, about a tenth of a second for a million runs.
const countLaneRuns = `
  with waiting as (
    select lane_id, count(*) as runs from quailrunner.runs where shelf = 'waiting' group by lane_id
  ), out as (
    select lane_id, count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'sending') as sending
    from quailrunner.runs where shelf = 'out' group by lane_id
  )
  select ${laneColumns}, l.set_rate as "setRate", coalesce(w.runs, 0)::float8 as waiting, coalesce(o.queued, 0)::float8 as queued,
    coalesce(o.sending, 0)::float8 as sending, l.throttles, l.throttled_at as "throttledAt",
    l.concurrent_requests as "concurrentRequests",
    case when l.backoff_until > now() then extract(epoch from l.backoff_until - now())::float8 * 1000 end as "backoffMs",
    case when l.backoff_until > now() then l.backoff_code end as "backoffCode",
    l.pace, l.paced_since as "pacedSince", coalesce(l.rate_per_second, l.pace_ceiling) as ceiling, now() as now
  from quailrunner.lanes l
  left join waiting w on w.lane_id = l.id
  left join out o on o.lane_id = l.id
  order by l.id`;

// Why: the feed asks often, so this must not depend on how many runs wait. Cost: one index probe for each open lane, and one
// for each active task where something waits.
const selectWaiting = `
  select l.id as "laneId", l.key, l.rate_per_second as "ratePerSecond"
  from quailrunner.lanes l
  where l.state = 'open'
  and exists (select from quailrunner.runs r where r.lane_id = l.id and r.shelf = 'waiting')
  and exists (
    select from quailrunner.tasks t
    cross join lateral (
      select from quailrunner.runs r
      where r.lane_id = l.id and r.task_id = t.id and r.shelf = 'waiting' and r.due_at <= now()
      order by r.due_at
      limit 1
    ) due
    where t.state = 'active'
  )
  order by l.id`;

export const readLanes = async (ledger: Ledger): Promise<LaneRow[]> =>
  (await query<LaneRow>(ledger, selectLanes)).map(withoutNulls);

interface CountRow extends LaneCounts {
  readonly pacedSince?: Date;
  readonly ceiling?: number;
  readonly now: Date;
}

export const countLanes = async (ledger: Ledger): Promise<LaneCounts[]> =>
  (await query<CountRow>(ledger, countLaneRuns))
    .map(withoutNulls)
    .map(({ pace, pacedSince, ceiling, now, ...lane }) => {
      const isSlowed = pace !== undefined && pacedSince !== undefined && ceiling !== undefined;
      const present = isSlowed ? paceAt({ pace, since: pacedSince, ceiling }, now) : undefined;
      return present === undefined ? lane : { ...lane, pace: present };
    });

type WaitingLane = Pick<LaneRow, 'laneId' | 'key' | 'ratePerSecond'>;

/** Open lanes that have something to feed now. */
export const readWaitingLanes = async (ledger: Ledger): Promise<WaitingLane[]> =>
  (await query<WaitingLane>(ledger, selectWaiting)).map(withoutNulls);
