/** What an answer may repeat of somebody, taken out of it: what scrubbing can't know, for it has no row to compare with. */
import { type Columns, type ColumnValue, isNumberDecimal } from '@quailrunner/domain';
import type { RenderedSample } from '@quailrunner/engine';

/** All that a row and the request made of it hold of somebody. */
export const personalOf = (columns: Columns, rendered: RenderedSample | undefined): string[] => {
  const texts = Object.values(columns).flatMap(textsOf);
  const made = rendered?.kind === 'rendered' ? [rendered.sample.body, rendered.sample.phone?.text ?? ''] : [];
  return [...made, ...texts];
};

const textsOf = (value: ColumnValue): string[] => {
  if (value === null || typeof value === 'boolean') return [];
  if (typeof value === 'object') {
    if (isNumberDecimal(value)) return [value.$numberDecimal];
    return Object.values(value as Readonly<Record<string, ColumnValue>>).flatMap(textsOf);
  }
  return [String(value)];
};

/** Shorter ones stand in any text by chance. */
const shortestHidden = 3;

/** Takes out what an answer repeats of the row, as it is or encoded. */
export const hideValues = (text: string, values: readonly string[]): string =>
  values
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1), ...encoded(value)])
    .filter((value) => value.length >= shortestHidden)
    .toSorted((one, other) => other.length - one.length)
    .reduce((hidden, value) => hidden.replaceAll(value, '•••'), text);

/** As in a form and as in a path. */
const encoded = (value: string): string[] => {
  const inForm = new URLSearchParams([['', value]]).toString().slice(1);
  return [inForm, inForm.replaceAll('+', '%20')];
};
