/** What a plan asks of the ledger: where entities stand already, who has opted out, how busy the lanes are. Reads only. */
import type { LaneKey, LaneState, RunState } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { type PreparedStatement, query, withoutNulls } from './query.js';
import type { SuppressedAddress } from './suppress.js';

// Cost: an index probe a key. A subquery with a limit, so that statistics which are behind make no other plan look cheap.
const selectStates: PreparedStatement = {
  name: 'read-entity-states',
  text: `
  select b.place::int - 1 as place, r.state, r.code, r.revision,
    case when r.code = 'SUPPRESSED' then r.columns::text end as "suppressedRow"
  from unnest($2::text[]) with ordinality as b (pk, place)
  cross join lateral (
    select state, code, revision, columns from quailrunner.runs where task_id = $1 and entity_pk = b.pk limit 1
  ) r`,
};

export interface EntityState {
  /** In `keys`. */
  readonly place: number;
  readonly state: RunState;
  /** The one that was sent. */
  readonly revision: number;
  readonly code?: string;
  /** Of a run whose recipient had opted out: its columns as JSON, as it was claimed with them. */
  readonly suppressedRow?: string;
}

/** Of those that have a run of the task. */
export const readEntityStates = async (
  ledger: Ledger,
  taskId: number,
  keys: readonly string[],
): Promise<EntityState[]> => (await query<EntityState>(ledger, selectStates, [taskId, keys])).map(withoutNulls);

const selectSuppressed: PreparedStatement = {
  name: 'read-suppressed',
  text: `
  select a.place::int - 1 as place
  from unnest($1::text[], $2::text[]) with ordinality as a (sender, address, place)
  where exists (
    select from quailrunner.suppressions s where s.sender = a.sender and s.address = a.address and s.lifted_at is null
  )`,
};

/** The places of those who have opted out. */
export const readSuppressed = async (ledger: Ledger, addresses: readonly SuppressedAddress[]): Promise<number[]> => {
  const values = [addresses.map(({ sender }) => sender), addresses.map(({ recipient }) => recipient)];
  return (await query<{ place: number }>(ledger, selectSuppressed, values)).map(({ place }) => place);
};

export interface LaneProspect {
  readonly laneId: number;
  readonly key: LaneKey;
  readonly state: LaneState;
  readonly reason?: string;
  /** A person's. */
  readonly setRate?: number;
  /** The least that other tasks ask for. */
  readonly othersRate?: number;
  /** Runs of any active task that are before a new one. */
  readonly backlog: number;
}

const selectProspects = `
  select l.id as "laneId", l.key, l.state, l.reason, l.set_rate as "setRate",
    (select min(u.rate_per_second) from quailrunner.task_lanes u where u.lane_id = l.id and u.task_id is distinct from $2)
      as "othersRate",
    (
      select count(*)
      from quailrunner.tasks t
      join quailrunner.runs r on r.lane_id = l.id and r.task_id = t.id and r.shelf in ('waiting', 'out')
      where t.state = 'active'
    )::float8 as backlog
  from quailrunner.lanes l
  where l.key = any ($1)`;

/** Of those that there are. `taskId`: of the task that is planned, where it is there already. */
export const readLaneProspects = async (
  ledger: Ledger,
  keys: readonly LaneKey[],
  taskId: number | undefined,
): Promise<LaneProspect[]> => (await query<LaneProspect>(ledger, selectProspects, [keys, taskId])).map(withoutNulls);
