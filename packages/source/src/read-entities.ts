/**
 * Scan, the reading half: **predicate → scan** → claim. Reads what a predicate selects through a server-side cursor, in
 * batches, so that memory does not grow with rows and the first entities are claimed before the last are read.
 *
 * DECLARE CURSOR takes nothing but one SELECT, and the extended protocol nothing but one statement: what else a file may
 * hold, PostgreSQL refuses before it runs.
 */
import type { ColumnValue, Entity } from '@quailrunner/domain';
import type { FieldDef, PoolClient, QueryArrayResult } from 'pg';
import { converterOf } from './column-values.js';
import type { Sources } from './open-sources.js';
import { PredicateFault, toPredicateFault } from './predicate-fault.js';
import { firstWord, placeOf, splitStatement } from './sql-text.js';

export const declareCursor = 'declare quailrunner_scan no scroll cursor for\n';

/** Every value as PostgreSQL's text; `column-values` knows the types. */
export const asText = { getTypeParser: () => (text: string) => text };

export interface PredicateText {
  readonly source: string;
  readonly predicate: string;
}

/** Calls `take` with each batch in turn and awaits it; the next batch is read meanwhile. */
export const readEntities = async (
  sources: Sources,
  { source, predicate, batchSize }: PredicateText & { batchSize: number },
  take: (entities: Entity[]) => Promise<void>,
): Promise<void> => {
  refuseOtherThanSelect(predicate);
  let taking = false;
  try {
    await sources.readOnly(source, async (client) => {
      await openCursor(client, predicate);
      let next = fetchBatch(client, batchSize);
      for (;;) {
        const batch = toEntities(await next);
        if (batch.length === 0) return;
        next = fetchBatch(client, batchSize);
        next.catch(() => {}); // Seen when it is awaited above; a fault of `take` may come first.
        taking = true;
        await take(batch);
        taking = false;
      }
    });
  } catch (error) {
    // What `take` throws is not the predicate's fault.
    if (taking) throw error;
    throw toPredicateFault(error, { source, predicate, prefixLength: declareCursor.length });
  }
};

export const openCursor = async (client: PoolClient, predicate: string): Promise<void> => {
  await client.query({ text: declareCursor + predicate, queryMode: 'extended' } as { text: string });
};

export const fetchBatch = (client: PoolClient, count: number): Promise<QueryArrayResult<(string | null)[]>> =>
  client.query({ text: `fetch ${count} from quailrunner_scan`, rowMode: 'array', types: asText });

export const toEntities = ({ fields, rows }: QueryArrayResult<(string | null)[]>): Entity[] => {
  const keyAt = keyColumn(fields);
  const converters = fields.map((field) => converterOf(field.dataTypeID));
  const seen = new Set<string>();
  return rows.map((row) => {
    const pk = row[keyAt] ?? null;
    if (pk === null) throw nullKey();
    if (seen.has(pk)) throw duplicateKeys();
    seen.add(pk);
    return { pk, columns: toColumns(row, fields, converters) };
  });
};

const toColumns = (row: (string | null)[], fields: FieldDef[], converters: ((text: string) => ColumnValue)[]) => {
  const columns: Record<string, ColumnValue> = {};
  for (const [index, field] of fields.entries()) {
    const text = row[index] ?? null;
    columns[field.name] = text === null ? null : (converters[index] as (text: string) => ColumnValue)(text);
  }
  return columns;
};

/** Where `entity_pk` stands among the columns. */
export const keyColumn = (fields: readonly { name: string }[]): number => {
  const names = fields.map((field) => field.name);
  const at = names.indexOf('entity_pk');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new PredicateFault('PREDICATE_COLUMN_TWICE', `the predicate returns two columns named "${twice}"`, {
      mend: `give one of them another name: … AS other_${twice}`,
    });
  }
  if (at >= 0) return at;
  throw new PredicateFault(
    'PREDICATE_NO_ENTITY_PK',
    `the predicate returns no column "entity_pk"; it returns ${names.map((name) => `"${name}"`).join(', ')}`,
    { mend: 'name the key of your rows in the SELECT: … AS entity_pk' },
  );
};

export const nullKey = (): PredicateFault =>
  new PredicateFault('PREDICATE_NULL_KEY', 'the predicate returns rows whose entity_pk is null', {
    mend: 'use a column that is never null as entity_pk, or leave such rows out: WHERE … IS NOT NULL',
  });

/** A key may be personal data itself, an address or a phone number, so it is not repeated; the mend shows how to see it. */
export const duplicateKeys = (): PredicateFault =>
  new PredicateFault('PREDICATE_DUPLICATE_KEY', 'the predicate returns several rows with the same entity_pk', {
    mend:
      'return one row for each entity: check the joins, or add DISTINCT ON. To see the keys: ' +
      'SELECT entity_pk, count(*) FROM (…) AS entities GROUP BY 1 HAVING count(*) > 1',
  });

/** Clearer than PostgreSQL's "syntax error at or near", which it says of anything but a SELECT behind DECLARE CURSOR. */
export const refuseOtherThanSelect = (predicate: string): void => {
  const first = firstWord(predicate);
  const { secondAt } = splitStatement(predicate);
  if (secondAt !== undefined) {
    throw new PredicateFault('PREDICATE_SEVERAL_STATEMENTS', 'the predicate holds more than one SQL statement', {
      place: placeOf(predicate, secondAt),
      mend: 'keep one SELECT; put another one into a task of its own',
    });
  }
  if (first !== undefined && !['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(first)) {
    throw new PredicateFault('PREDICATE_NOT_A_SELECT', `a predicate is a SELECT; this one begins with ${first}`, {
      place: placeOf(predicate, predicate.search(new RegExp(`\\b${first}\\b`, 'i'))),
      mend: 'a predicate only reads: the source database is never written',
    });
  }
};

/** The first that the predicate returns; reading ends with them. */
export const readFirstEntities = async (
  sources: Sources,
  text: PredicateText,
  count: number,
): Promise<readonly Entity[]> => {
  let first: readonly Entity[] = [];
  const enough = new Error('enough');
  try {
    await readEntities(sources, { ...text, batchSize: count }, async (entities) => {
      first = entities;
      throw enough;
    });
  } catch (fault) {
    if (fault !== enough) throw fault;
  }
  return first;
};
