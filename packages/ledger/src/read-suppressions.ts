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

export interface SuppressionPage {
  readonly limit: number;
  /** The last one of the page before: newest come first. */
  readonly beforeId?: string;
}

const selectSuppressions = `
  select s.id as "suppressionId", s.sender, s.address as recipient, s.told_by as "toldBy", s.code,
    s.created_at as "createdAt",
    (select count(*) from quailrunner.suppressed_runs r where r.suppression_id = s.id)::float8 as runs
  from quailrunner.suppressions s
  where s.lifted_at is null and ($2::bigint is null or s.id < $2)
  order by s.id desc
  limit $1`;

// Why an overlap: what was changed a moment ago may be committed a moment later. Cost: reads what changed, by an index.
const selectChanges = `
  select sender, address as recipient, lifted_at is null as "isSuppressed"
  from quailrunner.suppressions
  where changed_at > now() - $1 * interval '1 ms'
  order by changed_at, id`;

export interface SuppressionChange extends SuppressedAddress {
  readonly isSuppressed: boolean;
}

/** Newest first. */
export const readSuppressions = async (
  ledger: Ledger,
  { limit, beforeId }: SuppressionPage,
): Promise<SuppressionRow[]> =>
  (await query<SuppressionRow>(ledger, selectSuppressions, [limit, beforeId])).map(withoutNulls);

/** Those that were told or lifted within the last `withinMs`, oldest first. */
export const readSuppressionChanges = (ledger: Ledger, withinMs: number): Promise<SuppressionChange[]> =>
  query<SuppressionChange>(ledger, selectChanges, [withinMs]);
