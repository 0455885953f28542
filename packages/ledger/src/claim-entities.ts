/**
 * Claim: predicate → scan → **claim** → feed. Turns scanned entities into runs that we own. At most once per task and
 * entity: the unique index decides, not this code.
 */
import type { Columns } from '@quailrunner/domain';
import { LedgerFault } from './ledger-fault.js';
import type { Ledger } from './open-ledger.js';
import { type PreparedStatement, query } from './query.js';
import { type Scan, scanLeaseMs } from './renew-scan.js';

export interface LanedEntity {
  readonly pk: string;
  readonly columns: Columns;
  readonly laneId: number;
}

export interface Claimed {
  readonly claimed: number;
  /** Keys of this batch that an earlier batch of this very scan claimed: the predicate returned them twice. */
  readonly duplicates: string[];
  /** Lanes that have more to feed now. */
  readonly laneIds: Set<number>;
}

// Why: most entities of most scans are claimed already; looking for them first is faster than running into the index.
// Promise: one run per task and entity; none for a scan that lost its lease; the predicate's order is the runs' order.
// Concurrency: two scans of one task may overlap, `on conflict` settles it. The lease is renewed on the way.
// Cost: an index probe for each entity; rows are read only for entities known before, once this scan claimed some.
const claim: PreparedStatement = {
  name: 'claim-entities',
  text: `
  with lease as (
    update quailrunner.tasks
    set scan_lease_until = now() + $7 * interval '1 ms'
    where id = $1 and scan_id = $2 and revision = $3
    returning id
  ), batch as (
    select * from unnest($4::text[], $5::json[], $6::int[]) with ordinality as b (pk, columns, lane_id, place)
    where exists (select from lease)
  ), claimed as (
    insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id)
    select $1, $3, b.pk, b.columns, b.lane_id, $2
    from batch b
    where not exists (select from quailrunner.runs r where r.task_id = $1 and r.entity_pk = b.pk)
    order by b.place
    on conflict (task_id, entity_pk) do nothing
    returning lane_id
  ), progress as (
    update quailrunner.scans
    set entities_read = entities_read + cardinality($4::text[]),
      entities_claimed = entities_claimed + (select count(*) from claimed)
    where id = $2 and exists (select from lease)
  )
  select
    exists (select from lease) as "isOurs",
    (select count(*)::int from claimed) as claimed,
    array(select distinct lane_id from claimed) as "laneIds",
    array(
      select r.entity_pk from quailrunner.runs r
      where r.task_id = $1 and r.entity_pk = any ($4) and r.scan_id = $2
        and (select s.entities_claimed > 0 from quailrunner.scans s where s.id = $2)
    ) as duplicates`,
};

interface ClaimRow {
  readonly isOurs: boolean;
  readonly claimed: number;
  readonly laneIds: number[];
  readonly duplicates: string[];
}

/**
 * Claims a batch of up to 5,000 entities with different keys. Throws LEDGER_LEASE_LOST when another scheduler took the
 * scan over, or the task was revised or paused meanwhile: the scan had better end.
 */
export const claimEntities = async (
  ledger: Ledger,
  { scanId, taskId, revision }: Scan,
  entities: readonly LanedEntity[],
): Promise<Claimed> => {
  const pks = entities.map((entity) => entity.pk);
  const columns = entities.map((entity) => JSON.stringify(entity.columns));
  const lanes = entities.map((entity) => entity.laneId);
  const values = [taskId, scanId, revision, pks, columns, lanes, scanLeaseMs];
  const [row] = await query<ClaimRow>(ledger, claim, values);
  if (!row?.isOurs) {
    throw new LedgerFault('LEDGER_LEASE_LOST', 'the task was revised, paused or taken over during the scan', {
      retryable: true,
    });
  }
  return { claimed: row.claimed, duplicates: row.duplicates, laneIds: new Set(row.laneIds) };
};
