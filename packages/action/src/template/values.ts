/** How the values of columns become text, JSON and conditions. */
import { type ColumnValue, isNumberDecimal, toRowKey, toStoredKey } from '@quailrunner/domain';
import { bounded, fault, JsonText, maxTextLength, type Run, spend, tooLong, type Value } from './run.js';

/** Null is the empty text, decimals keep their digits, arrays and json are JSON. */
export const textOf = (run: Run, value: Value): string => {
  if (typeof value === 'string') return bounded(run, value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return '';
  if (value === undefined) throw missing(run);
  if (value instanceof JsonText) return value.text;
  if (isNumberDecimal(value)) return bounded(run, value.$numberDecimal);
  return jsonOf(run, value);
};

const missing = (run: Run): Error =>
  fault(run, 'RENDER_MISSING_VALUE', 'the row has no such value (where that may be, add a default: | default(""))');

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const maxJsonDepth = 64;

/** JSON with every digit of a decimal. */
export const jsonOf = (run: Run, value: Value): string => {
  if (value === undefined) throw missing(run);
  if (value instanceof JsonText) return value.text;
  return bounded(run, writeJson(run, value, 0));
};

const writeJson = (run: Run, value: ColumnValue, depth: number): string => {
  if (typeof value === 'string') {
    if (value.length > maxTextLength) throw tooLong(run);
    if (value.includes('\0')) throw nul(run);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return writeNumber(run, String(value));
  if (isNumberDecimal(value)) return writeNumber(run, value.$numberDecimal);
  if (typeof value !== 'object') throw fault(run, 'RENDER_TYPE', 'a template has no use for a value of this kind');
  if (depth >= maxJsonDepth) throw fault(run, 'RENDER_TOO_DEEP', `the value is nested deeper than ${maxJsonDepth}`);
  return writeContainer(run, value, depth + 1);
};

const writeNumber = (run: Run, text: string): string => {
  if (!jsonNumber.test(text)) throw fault(run, 'RENDER_NOT_A_NUMBER', 'JSON has no such number');
  return text;
};

const writeContainer = (run: Run, value: object, depth: number): string => {
  if (Array.isArray(value)) return `[${writeAll(run, value, (item) => writeJson(run, item, depth))}]`;
  const record = value as Record<string, ColumnValue>;
  const writePair = (key: string) =>
    `${writeJson(run, toRowKey(key), depth)}:${writeJson(run, record[key] ?? null, depth)}`;
  return `{${writeAll(run, Object.keys(record), writePair)}}`;
};

/** Stops as soon as the bound is reached, however many items there are. */
const writeAll = <Item>(run: Run, items: readonly Item[], write: (item: Item) => string): string => {
  let out = '';
  for (const item of items) {
    out += out === '' ? write(item) : `,${write(item)}`;
    if (out.length > maxTextLength) throw tooLong(run);
  }
  return out;
};

export const nul = (run: Run): Error =>
  fault(run, 'RENDER_NUL', 'the value holds a NUL character, which no receiver takes');

/** Null, false, zero, and what is empty are false. */
export const isTrue = (run: Run, value: Value): boolean => {
  if (value === null || value === undefined || value === false || value === '' || value === 0) return false;
  if (typeof value !== 'object') return !Number.isNaN(value);
  if (value instanceof JsonText) return true;
  if (isNumberDecimal(value)) return Number(value.$numberDecimal) !== 0;
  if (Array.isArray(value)) return value.length > 0;
  const { length } = Object.keys(value);
  spendOn(run, length);
  return length > 0;
};

/** Own properties only: nothing that JavaScript adds to a value can be reached. */
export const readProperty = (run: Run, target: Value, key: Value): Value => {
  if (target === null || target === undefined) return undefined;
  const name = typeof key === 'string' ? key : textOf(run, key);
  if (typeof target === 'string') return name === 'length' ? target.length : undefined;
  if (typeof target !== 'object' || target instanceof JsonText || isNumberDecimal(target)) return undefined;
  const stored = toStoredKey(name);
  return Object.hasOwn(target, stored) ? (target as Record<string, ColumnValue>)[stored] : undefined;
};

/** Each look at `length` characters (or items) counts. */
export const spendOn = (run: Run, length: number): void => spend(run, length / 4_096);
