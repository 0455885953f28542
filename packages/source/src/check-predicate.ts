/**
 * Checks a predicate before anything is claimed for it: PostgreSQL must plan it, it must return `entity_pk`, and each key
 * once. Reads, and writes nothing.
 */
import type { PoolClient } from 'pg';
import type { Sources } from './open-sources.js';
import { toPredicateFault } from './predicate-fault.js';
import {
  declareCursor,
  duplicateKeys,
  fetchBatch,
  keyColumn,
  nullKey,
  openCursor,
  type PredicateText,
  refuseOtherThanSelect,
} from './read-entities.js';
import { splitStatement } from './sql-text.js';

export interface PredicateColumn {
  readonly name: string;
  /** As PostgreSQL names it: `uuid`, `character varying`. */
  readonly type: string;
}

/** Throws a PredicateFault with the place in the predicate and the mend. */
export const checkPredicate = async (
  sources: Sources,
  { source, predicate }: PredicateText,
): Promise<{ columns: PredicateColumn[] }> => {
  refuseOtherThanSelect(predicate);
  try {
    const columns = await sources.readOnly(source, async (client) => {
      await openCursor(client, predicate);
      const { fields } = await fetchBatch(client, 0);
      keyColumn(fields);
      return readTypes(client, fields);
    });
    await sources.readOnly(source, (client) => refuseBadKeys(client, predicate));
    return { columns };
  } catch (error) {
    throw toPredicateFault(error, { source, predicate, prefixLength: declareCursor.length });
  }
};

const selectTypes = `
  select format_type(field.oid, null) as type
  from unnest($1::oid[]) with ordinality as field(oid, position)
  order by field.position`;

const readTypes = async (
  client: PoolClient,
  fields: readonly { name: string; dataTypeID: number }[],
): Promise<PredicateColumn[]> => {
  const { rows } = await client.query<{ type: string }>(selectTypes, [fields.map((field) => field.dataTypeID)]);
  return fields.map((field, index) => ({ name: field.name, type: rows[index]?.type ?? 'unknown' }));
};

/**
 * One pass of the source over all rows, so that a null or repeated key is found before the first message leaves.
 * Grouped by the text form: that is the key we claim, and every type has one.
 */
const selectBadKeys = (statement: string): string => `
  select entity_pk::text as key
  from (${statement}
  ) as entities
  group by entity_pk::text
  having count(*) > 1 or entity_pk::text is null
  limit 2`;

const refuseBadKeys = async (client: PoolClient, predicate: string): Promise<void> => {
  const { statement } = splitStatement(predicate);
  const { rows } = await client.query<{ key: string | null }>(selectBadKeys(statement));
  const keys = rows.map((row) => row.key);
  if (keys.includes(null)) throw nullKey();
  if (keys.length > 0) throw duplicateKeys();
};
