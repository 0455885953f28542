/**
 * What PostgreSQL itself expects of a predicate: its estimate of rows and cost, and the large tables that it would read from
 * one end to the other. Nothing is run but EXPLAIN.
 */
import type { PoolClient } from 'pg';
import type { Sources } from './open-sources.js';
import { toPredicateFault } from './predicate-fault.js';
import { type PredicateText, refuseOtherThanSelect } from './read-entities.js';

export interface PredicatePlan {
  /** As the planner estimates. */
  readonly rows: number;
  /** In the planner's own units. */
  readonly cost: number;
  /** Large tables that are read whole although only a part of their rows is wanted. */
  readonly wholeReads: readonly WholeRead[];
}

export interface WholeRead {
  /** With its schema. */
  readonly table: string;
  readonly rowsInTable: number;
  readonly rowsWanted: number;
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Plan Rows': number;
  readonly 'Total Cost': number;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Filter?: string;
  readonly Plans?: readonly Node[];
}

/** Below, a whole read takes no time that anybody would notice every ten seconds. */
const largeTable = 100_000;
/** An index pays where it leaves out most of the table. */
const mostWanted = 0.2;

/** A cursor, by which scans read, has no parallel workers, and a plan with them tells the rows of one. The rollback ends it. */
const alone = 'set local max_parallel_workers_per_gather = 0';

const explain = 'explain (format json, verbose)\n';

/** Throws a PredicateFault. */
export const explainPredicate = async (
  sources: Sources,
  { source, predicate }: PredicateText,
): Promise<PredicatePlan> => {
  refuseOtherThanSelect(predicate);
  try {
    return await sources.readOnly(source, async (client) => {
      await client.query(alone);
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Node }] }>({
        text: explain + predicate,
        queryMode: 'extended',
      } as { text: string });
      const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
      if (plan === undefined) return { rows: 0, cost: 0, wholeReads: [] };
      const { Plan: top } = plan;
      return { rows: top['Plan Rows'], cost: top['Total Cost'], wholeReads: await findWholeReads(client, top) };
    });
  } catch (error) {
    throw toPredicateFault(error, { source, predicate, prefixLength: explain.length });
  }
};

const selectSize = 'select reltuples::float8 as rows from pg_class where oid = to_regclass($1)';

const findWholeReads = async (client: PoolClient, top: Node): Promise<WholeRead[]> => {
  const found: WholeRead[] = [];
  for (const node of nodesOf(top)) {
    const { 'Relation Name': name, Schema: schema, Filter: filter, 'Plan Rows': rowsWanted } = node;
    if (node['Node Type'] !== 'Seq Scan' || name === undefined || filter === undefined) continue;
    const { rows } = await client.query<{ rows: number }>(selectSize, [`${quote(schema ?? 'public')}.${quote(name)}`]);
    const rowsInTable = Math.round(rows[0]?.rows ?? 0);
    if (rowsInTable < largeTable || rowsWanted > rowsInTable * mostWanted) continue;
    found.push({ table: `${schema ?? 'public'}.${name}`, rowsInTable, rowsWanted });
  }
  return found;
};

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
