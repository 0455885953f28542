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

/**
 * The keys are compared in their own type, not as text, so that an index of the source serves; as text where the type has
 * no equality (json) or no arrays of it (arrays).
 */
const again = (statement: string, keyType: string): string => {
  const key = /\[\]$|^json$|^xml$/.test(keyType) ? 'entity_pk::text' : 'entity_pk';
  const type = key === 'entity_pk' ? keyType : 'text';
  return `${prefix}${statement}\n) as entities where ${key} = any (($1::text[])::${type}[])`;
};

// -1: without a length. Of character(5), "character" alone would mean one character.
const selectType = `select format_type($1::oid, -1) as type`;

const readKeyType = async (client: PoolClient, predicate: string): Promise<string> => {
  await openCursor(client, predicate);
  const { fields } = await fetchBatch(client, 0);
  const { rows } = await client.query<{ type: string }>(selectType, [fields[keyColumn(fields)]?.dataTypeID]);
  return rows[0]?.type ?? 'text';
};
