/**
 * An entity: one row of a predicate, named by its `entity_pk`. What a template may read is `columns`.
 *
 * Values are JSON. A bigint or numeric column keeps every digit as `{ $numberDecimal: "12.50" }` (the canonical form
 * of MongoDB's Extended JSON v2), because a JavaScript number would lose some; timestamps are ISO 8601 strings.
 */
export interface Entity {
  /** Text form of the column `entity_pk`, whatever its type. */
  readonly pk: string;
  readonly columns: Columns;
}

export type Columns = Readonly<Record<string, ColumnValue>>;

export type ColumnValue =
  | null
  | string
  | number
  | boolean
  | NumberDecimal
  | readonly ColumnValue[]
  | { readonly [key: string]: ColumnValue };

export interface NumberDecimal {
  readonly $numberDecimal: string;
}

export const isNumberDecimal = (value: unknown): value is NumberDecimal =>
  typeof value === 'object' && value !== null && typeof (value as NumberDecimal).$numberDecimal === 'string';
