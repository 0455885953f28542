/** How a column's text form, as PostgreSQL sends it, becomes a value that a template can use without losing anything. */
import { type ColumnValue, toStoredKey } from '@quailrunner/domain';
import { types } from 'pg';

type Convert = (text: string) => ColumnValue;

const { builtins } = types;

/** A number, unless JavaScript has none for it: `NaN` and `Infinity` stay text, since JSON has neither. */
const toNumber: Convert = (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
const toDecimal: Convert = (text) => (/^-?\d/.test(text) ? { $numberDecimal: text } : text);
/** `2026-11-23 21:45:00.5+00` → `2026-11-23T21:45:00.5+00:00`; PostgreSQL leaves out the offset's minutes where it can. */
const toIso: Convert = (text) => text.replace(' ', 'T').replace(/([+-]\d{2})$/, '$1:00');
const toText: Convert = (text) => text;

/** What PostgreSQL gives is JSON: a string, with the colon if it is a key, or a number. */
const stringOrNumber = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|-?\d[\d.eE+-]*/g;

/** A number that JavaScript would write otherwise, `1.50` or one of twenty digits, keeps its digits. */
const toJson: Convert = (text) =>
  JSON.parse(
    text.replaceAll(stringOrNumber, (token, string?: string, colon?: string) => {
      if (string === undefined) return String(Number(token)) === token ? token : `{"$numberDecimal":"${token}"}`;
      if (colon === undefined || !/[$\\]/.test(string)) return token;
      return JSON.stringify(toStoredKey(JSON.parse(string))) + colon;
    }),
  );

const scalars = new Map<number, Convert>([
  [builtins.BOOL, (text) => text === 't'],
  [builtins.INT2, Number],
  [builtins.INT4, Number],
  [builtins.OID, Number],
  [builtins.FLOAT4, toNumber],
  [builtins.FLOAT8, toNumber],
  [builtins.INT8, toDecimal],
  [builtins.NUMERIC, toDecimal],
  [builtins.JSON, toJson],
  [builtins.JSONB, toJson],
  [builtins.TIMESTAMP, toIso],
  [builtins.TIMESTAMPTZ, toIso],
]);

/** Array types and those of their elements (pg_type.dat). */
const arrays = new Map<number, number>([
  [1000, builtins.BOOL],
  [1005, builtins.INT2],
  [1007, builtins.INT4],
  [1016, builtins.INT8],
  [1021, builtins.FLOAT4],
  [1022, builtins.FLOAT8],
  [1231, builtins.NUMERIC],
  [1009, builtins.TEXT],
  [1015, builtins.VARCHAR],
  [1014, builtins.BPCHAR],
  [2951, builtins.UUID],
  [1115, builtins.TIMESTAMP],
  [1185, builtins.TIMESTAMPTZ],
  [1182, builtins.DATE],
  [199, builtins.JSON],
  [3807, builtins.JSONB],
]);

// The typings know only scalar types by name; 1009 is text[].
const parseTextArray = types.getTypeParser(1009 as typeof builtins.TEXT, 'text');

type Nested = string | null | Nested[];

const mapNested = (value: Nested, convert: Convert): ColumnValue => {
  if (value === null) return null;
  return Array.isArray(value) ? value.map((item) => mapNested(item, convert)) : convert(value);
};

/** The conversion for a column of the type `oid`. */
export const converterOf = (oid: number): Convert => {
  const element = arrays.get(oid);
  if (element === undefined) return scalars.get(oid) ?? toText;
  const convert = scalars.get(element) ?? toText;
  return (text) => mapNested(parseTextArray(text) as Nested, convert);
};
