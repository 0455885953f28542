/** The audit, the newest act first. */
import type { Act, Actor, Subject, SubjectKind } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query, withoutNulls } from './query.js';

export interface AuditRow {
  /** The ledger's bigint, as text. */
  readonly auditId: string;
  readonly at: Date;
  readonly by: Actor;
  readonly act: Act;
  readonly subject: Subject;
  readonly before?: object;
  readonly after?: object;
}

export interface AuditFilter {
  /** The actor's name, of whatever kind. */
  readonly actor?: string | undefined;
  readonly act?: string | undefined;
  readonly subjectKind?: SubjectKind | undefined;
  /** With its kind. */
  readonly subjectId?: string | undefined;
}

export interface AuditPage {
  readonly limit: number;
  /** Only acts before this one: the last row of the page before. */
  readonly before?: string | undefined;
}

// Cost: a page of an index for each of the filters alone, and of the primary key without one.
const selectAudit = `
  select id as "auditId", at, json_build_object('kind', actor_kind, 'name', actor_name) as by, act,
    json_build_object('kind', subject_kind, 'id', subject_id) as subject, before, after
  from quailrunner.audit
  where ($1::bigint is null or id < $1)
    and ($2::text is null or actor_name = $2)
    and ($3::text is null or act = $3)
    and ($4::text is null or subject_kind = $4)
    and ($5::text is null or subject_id = $5)
  order by id desc
  limit $6`;

export const readAudit = async (
  ledger: Ledger,
  { limit, before }: AuditPage,
  { actor, act, subjectKind, subjectId }: AuditFilter = {},
): Promise<AuditRow[]> => {
  const values = [before, actor, act, subjectKind, subjectId, limit];
  return (await query<AuditRow>(ledger, selectAudit, values)).map(withoutNulls);
};
