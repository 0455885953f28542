/** Suppressions, read: by people, and by workers that must know of the newest ones. */
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';
import type { SuppressedAddress, ToldBy } from './suppress.js';

export interface SuppressionRow extends SuppressedAddress {
  readonly suppressionId: string;
  readonly toldBy: ToldBy;
  readonly code?: string;
  readonly createdAt: Date;
  /** Runs that were skipped for it. */
  readonly runs: number;
}

const selectSuppressions = `
  select s.id as "suppressionId", s.sender, s.address as recipient, s.told_by as "toldBy", s.code,
    s.created_at as "createdAt",
    (select count(*) from quailrunner.suppressed_runs r where r.suppression_id = s.id)::float8 as runs
  from quailrunner.suppressions s
  where s.lifted_at is null and ($2::bigint is null or s.id < $2)
  order by s.id desc
  limit $1`;

// Why by the ledger's clock, and with an overlap: what was changed a moment ago may be committed a moment later. Cost: reads
// what changed, by an index.
const selectChanges = `
  select now()::text as "readAt", c.*
  from (select) one
  left join lateral (
    select sender, address as recipient, lifted_at is null as "isSuppressed", changed_at, id
    from quailrunner.suppressions
    where changed_at > coalesce($1::timestamptz - interval '1 minute', now() - interval '1 day')
  ) c on true
  order by c.changed_at, c.id`;

export interface SuppressionChange extends SuppressedAddress {
  readonly isSuppressed: boolean;
}

export interface SuppressionPage {
  readonly limit: number;
  /** The last one of the page before. */
  readonly beforeSuppressionId?: string;
}

/** Newest first. */
export const readSuppressions = async (
  ledger: Ledger,
  { limit, beforeSuppressionId }: SuppressionPage,
): Promise<SuppressionRow[]> =>
  (await query<SuppressionRow>(ledger, selectSuppressions, [limit, beforeSuppressionId])).map(withoutNulls);

export interface SuppressionChanges {
  /** Oldest first. */
  readonly changes: readonly SuppressionChange[];
  /** For the next time. */
  readonly readAt: string;
}

interface ChangeRow extends SuppressionChange {
  readonly readAt: string;
}

/** What was told or lifted since it was read last; of the last day where it never was. */
export const readSuppressionChanges = async (
  ledger: Ledger,
  since: string | undefined,
): Promise<SuppressionChanges> => {
  const rows = await query<ChangeRow>(ledger, selectChanges, [since]);
  const changes = rows.filter(({ sender }) => sender !== null);
  return {
    readAt: rows[0]?.readAt ?? '',
    changes: changes.map(({ sender, recipient, isSuppressed }) => ({ sender, recipient, isSuppressed })),
  };
};
