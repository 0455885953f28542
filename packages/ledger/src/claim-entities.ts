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
  /** Runs that wait now and did not before: new ones, and skipped ones that the predicate returns once more. */
  readonly claimed: number;
  /** Keys of this batch that an earlier batch of this very scan claimed: the predicate returned them twice. */
  readonly duplicates: string[];
  /** Lanes that have more to feed now. */
  readonly laneIds: Set<number>;
}

// Why: most entities of most scans are claimed already, so their keys are asked for alone, without their columns. Promise:
// the lease is renewed on the way. Cost: two index probes for each key, one of them in the small index of skipped runs;
// rows are read only for keys known before, and only once this scan has claimed some. Subqueries with a limit, and no joins:
// while a large scan fills the table, statistics are behind, and a join that reads all of it would look cheap.
const find: PreparedStatement = {
  name: 'find-new-entities',
  text: `
  with lease as (
    update quailrunner.tasks
    set scan_lease_until = now() + $4 * interval '1 ms'
    where id = $1 and scan_id = $2
    returning id
  ), progress as (
    update quailrunner.scans
    set entities_read = entities_read + cardinality($3::text[])
    where id = $2 and exists (select from lease)
  )
  select
    exists (select from lease) as "isOurs",
    array(
      select b.place::int - 1
      from unnest($3::text[]) with ordinality as b (pk, place)
      where (select 1 from quailrunner.runs r where r.task_id = $1 and r.entity_pk = b.pk limit 1) is null
      union all
      select b.place::int - 1
      from unnest($3::text[]) with ordinality as b (pk, place)
      where (
        select 1
        from quailrunner.runs r
        where r.task_id = $1 and r.shelf = 'skipped' and r.entity_pk = b.pk
          and (r.code is distinct from 'SUPPRESSED' or r.revision <> $5 or r.finished_at < now() - interval '1 hour')
        limit 1
      ) is not null
      union all
      select b.place::int - 1
      from unnest($3::text[]) with ordinality as b (pk, place)
      where $6::int > 0 and (
        select 1
        from quailrunner.runs r
        where r.task_id = $1 and r.entity_pk = b.pk and r.state = 'completed' and r.revision < $6
        limit 1
      ) is not null
      order by 1
    ) as places,
    array(
      select b.pk
      from unnest($3::text[]) as b (pk)
      where (select s.entities_claimed > 0 from quailrunner.scans s where s.id = $2) and (
        select r.scan_id from quailrunner.runs r where r.task_id = $1 and r.entity_pk = b.pk limit 1
      ) = $2
    ) as duplicates`,
};

interface Found {
  readonly isOurs: boolean;
  /** Of the new and the skipped ones, in the batch. */
  readonly places: number[];
  readonly duplicates: string[];
}

// Promise: one run per task and entity; none for a scan that lost its lease; the predicate's order is the runs' order. A
// run that the recheck skipped waits again, with the row as it is now. One whose recipient has opted out is looked at once an
// hour, and by a new revision: it waits again where its row is another, which may hold another number, or its task may have
// another sender. Where a changed action is to be sent to those who are done, their run keeps its story under another key, and
// they have a new one. Concurrency: two scans of one task may overlap, `on conflict` settles it; a revision of the task waits
// for the batch.
const claim: PreparedStatement = {
  name: 'claim-entities',
  text: `
  with lease as (
    select id from quailrunner.tasks where id = $1 and scan_id = $2 for no key update
  ), batch as (
    select * from unnest($4::text[], $5::json[], $6::int[]) with ordinality as b (pk, columns, lane_id, place)
    where exists (select from lease)
  ), archived as (
    update quailrunner.runs r
    set entity_pk = r.entity_pk || '~done-' || r.id
    from batch b
    where r.task_id = $1 and r.entity_pk = b.pk and r.state = 'completed' and r.revision < $7
    returning b.pk
  ), inserted as (
    insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id)
    select $1, $3, pk, columns, lane_id, $2
    from batch b
    where b.pk in (select pk from archived)
      or (select 1 from quailrunner.runs r where r.task_id = $1 and r.entity_pk = b.pk limit 1) is null
    order by place
    on conflict (task_id, entity_pk) do nothing
    returning lane_id
  ), revived as (
    update quailrunner.runs r
    set state = 'pending', revision = $3, columns = b.columns, lane_id = b.lane_id, scan_id = $2, due_at = now(),
      finished_at = null, code = null, reason = null
    from batch b
    where r.task_id = $1 and r.entity_pk = b.pk and r.shelf = 'skipped'
      and (r.code is distinct from 'SUPPRESSED' or r.revision <> $3 or r.columns::text <> b.columns::text)
    returning r.lane_id
  ), looked as (
    update quailrunner.runs r
    set finished_at = now()
    from batch b
    where r.task_id = $1 and r.entity_pk = b.pk and r.shelf = 'skipped'
      and r.code = 'SUPPRESSED' and r.revision = $3 and r.columns::text = b.columns::text
  ), claimed as (
    select lane_id from inserted union all select lane_id from revived
  ), progress as (
    update quailrunner.scans
    set entities_claimed = entities_claimed + (select count(*) from claimed)
    where id = $2
  )
  select exists (select from lease) as "isOurs", (select count(*)::int from claimed) as claimed,
    array(select distinct lane_id from claimed) as "laneIds"`,
};

interface ClaimRow {
  readonly isOurs: boolean;
  readonly claimed: number;
  readonly laneIds: number[];
}

/**
 * Claims a batch of up to 5,000 entities with different keys. Throws LEDGER_LEASE_LOST when another scheduler took the
 * scan over, or the task was revised or paused meanwhile: the scan had better end.
 */
export const claimEntities = async (ledger: Ledger, scan: Scan, entities: readonly LanedEntity[]): Promise<Claimed> => {
  const pks = entities.map((entity) => entity.pk);
  const [found] = await query<Found>(ledger, find, [
    scan.taskId,
    scan.scanId,
    pks,
    scanLeaseMs,
    scan.revision,
    scan.resendBefore ?? 0,
  ]);
  if (!found?.isOurs) throw leaseLost();
  const { places, duplicates } = found;
  if (places.length === 0) return { claimed: 0, duplicates, laneIds: new Set() };
  const { claimed, laneIds } = await insert(
    ledger,
    scan,
    places.map((place) => entities[place] as LanedEntity),
  );
  return { claimed, duplicates, laneIds: new Set(laneIds) };
};

const insert = async (ledger: Ledger, scan: Scan, entities: readonly LanedEntity[]): Promise<ClaimRow> => {
  const pks = entities.map((entity) => entity.pk);
  const columns = entities.map((entity) => JSON.stringify(entity.columns));
  const lanes = entities.map((entity) => entity.laneId);
  const [row] = await query<ClaimRow>(ledger, claim, [
    scan.taskId,
    scan.scanId,
    scan.revision,
    pks,
    columns,
    lanes,
    scan.resendBefore ?? 0,
  ]);
  if (!row?.isOurs) throw leaseLost();
  return row;
};

const leaseLost = (): LedgerFault =>
  new LedgerFault('LEDGER_LEASE_LOST', 'the task was revised, paused or taken over during the scan', {
    retryable: true,
  });
