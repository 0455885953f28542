/**
 * Recheck: claim → **feed** → render. Asks the predicate again for the entities about to be sent, so that nobody gets a
 * message who was deleted, opted out or paid while it waited, and the message says what the row says now.
 */
import type { Entity } from '@quailrunner/domain';
import type { PoolClient } from 'pg';
import type { Sources } from './open-sources.js';
import { toPredicateFault } from './predicate-fault.js';
import { asText, fetchBatch, keyColumn, openCursor, type PredicateText, toEntities } from './read-entities.js';
import { splitStatement } from './sql-text.js';

/** Those of the entities named by `keys` that the predicate still returns, as they are now. One query. */
export const rereadEntities = async (
  sources: Sources,
  { source, predicate, keys }: PredicateText & { keys: readonly string[] },
): Promise<Entity[]> => {
  const { statement } = splitStatement(predicate);
  try {
    return await sources.readOnly(source, async (client) => {
      const keyType = await readKeyType(client, predicate);
      return toEntities(
        await client.query({ text: again(statement, keyType), values: [keys], rowMode: 'array', types: asText }),
      );
    });
  } catch (error) {
    throw toPredicateFault(error, { source, predicate, prefixLength: prefix.length });
  }
};

const prefix = 'select * from (';

/** The keys are compared in their own type, not as text, so that an index of the source serves. */
const again = (statement: string, keyType: string): string =>
  `${prefix}${statement}\n) as entities where entity_pk = any (($1::text[])::${keyType}[])`;

const selectType = `select format_type($1::oid, null) as type`;

const readKeyType = async (client: PoolClient, predicate: string): Promise<string> => {
  await openCursor(client, predicate);
  const { fields } = await fetchBatch(client, 0);
  const { rows } = await client.query<{ type: string }>(selectType, [fields[keyColumn(fields)]?.dataTypeID]);
  return rows[0]?.type ?? 'text';
};
