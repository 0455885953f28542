/**
 * An entity: one row of a predicate, named by its `entity_pk`. What a template may read is `columns`.
 *
 * Values are JSON. A bigint or numeric column, and a number in json that JavaScript would change, keeps every digit as
 * `{ $numberDecimal: "12.50" }` (the canonical form of MongoDB's Extended JSON v2); timestamps are ISO 8601 strings. A key
 * of that name in a row's own json gets one more `$`, so that no row can pass something else for a number.
 */
import { maskAddress } from './lane.js';

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

/** How a key of a row's own json is kept among its columns. */
export const toStoredKey = (key: string): string => (/^\$+numberDecimal$/.test(key) ? `$${key}` : key);

/** The key as the row has it. */
export const toRowKey = (stored: string): string => (/^\$\$+numberDecimal$/.test(stored) ? stored.slice(1) : stored);

/** A value as a person reads it: text as it is, the rest as the row's JSON. Neither pattern can begin inside of a string. */
export const formatColumnValue = (value: ColumnValue): string => {
  if (typeof value === 'string') return value;
  return JSON.stringify(value)
    .replaceAll(/\{"\$numberDecimal":"([^"]*)"\}/g, '$1')
    .replaceAll(/"\$(\$+numberDecimal":)/g, '"$1');
};

/**
 * What may be shown of an entity's key. Most are ids, and stay as they are; what may be a phone number or an email address
 * is masked: it rather takes a long id too many than shows a number.
 */
export const maskEntityPk = (pk: string): string => {
  const [, text = '', ofTest = ''] = /^(.*?)(~test-\d+)?$/s.exec(pk.trim()) ?? [];
  if (mailAddress.test(text)) return text.replace(/^.*@/s, '•••@') + ofTest;
  if (phoneNumber.test(text)) return maskAddress(text) + ofTest;
  return plainId.test(text) ? pk : text.replaceAll(numberWithin, (digits) => maskAddress(digits)) + ofTest;
};

/** A number that counts, a UUID, a hash. */
const plainId = /^(?:\d{1,9}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=.*[a-f])[\da-f]{16,})$/i;
/** In a key that is made of several parts: `17:+15005550010`. */
const numberWithin = /\+?\d(?:[\s().]?\d){6,}/g;

const mailAddress = /^[^\s@]+@[^\s@]+$/;
/** With a channel before it, or not; with a plus, or with ten to fifteen digits and what people write between them. */
const phoneNumber = /^(?:[a-z]+:)?(?:\+[\d\s()./-]{4,}|\(?\d(?:[\s()./-]{0,2}\d){9,14})$/i;
