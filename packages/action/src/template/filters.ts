/**
 * The filters. Each takes text, numbers or JSON and gives text (but `default` and `round`); arguments are given in order or
 * by name: `date("%H:%M", tz="Europe/Berlin")`. Arguments that are literal are checked when the template is compiled.
 */
import { encodeComponent } from '../encode-component.js';
import { checkDateArguments, openDateFilter } from './date-filter.js';
import { formatDecimal, parseDecimal, roundDecimal } from './decimal.js';
import { checkE164Arguments, toE164 } from './e164-filter.js';
import { decimalOf, spendOnSearch } from './operators.js';
import { bounded, fault, JsonText, type Run, type Value } from './run.js';
import { isTrue, jsonOf, spendOn, textOf } from './values.js';

/** `args` in the order of `parameters`; `undefined` where none is given. */
export type Apply = (run: Run, value: Value, args: readonly Value[]) => Value;

export interface Filter {
  readonly parameters: readonly string[];
  /** How many of the parameters must be given. */
  readonly required: number;
  /** What is wrong with literal arguments (`undefined` for those that are not literal). */
  readonly check?: (args: readonly Value[]) => string | undefined;
  /** Called once for each place where the filter stands. */
  readonly open: () => Apply;
}

const onText = (change: (text: string) => string): Filter => ({
  parameters: [],
  required: 0,
  open: () => (run, value) => {
    const text = textOf(run, value);
    spendOn(run, text.length);
    return bounded(run, change(text));
  },
});

const words = /\p{L}[\p{L}\p{M}\p{N}'’]*/gu;
const toTitle = (text: string): string =>
  text.replaceAll(words, (word) => {
    const [first = ''] = word;
    return first.toUpperCase() + word.slice(first.length).toLowerCase();
  });

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Of text that is segmented at once: each character costs as much as this is long. */
const segmentedAtOnce = 256;

/** The first `count` characters as a reader counts them. */
const readCharacters = (run: Run, text: string, count: number): readonly string[] => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII needs no segmenter.
  const isAscii = /^[\x00-\x7f]*$/.test(text);
  const characters = isAscii ? text.slice(0, count).split('') : segment(text, count);
  spendOn(run, text.length + characters.length * (isAscii ? 8 : 32));
  return characters;
};

const segment = (text: string, count: number): string[] => {
  const characters: string[] = [];
  let size = segmentedAtOnce;
  for (let at = 0; at < text.length && characters.length < count; ) {
    const found = Array.from(graphemes.segment(text.slice(at, at + size)), (one) => one.segment);
    // The last one may go on where the text was cut.
    if (at + size < text.length) found.pop();
    for (const character of found) at += character.length;
    for (const character of found) characters.push(character);
    size = found.length === 0 ? size * 2 : segmentedAtOnce;
  }
  return characters.slice(0, count);
};

/** Nothing is longer than `length`, the end included; words stay whole unless `killwords`. */
const truncate: Apply = (run, value, [length, killWords, end]) => {
  const text = textOf(run, value);
  const limit = Number(decimalText(run, length));
  const characters = readCharacters(run, text, limit + 1);
  if (characters.length <= limit) return text;
  const ending = readCharacters(run, end === undefined ? '...' : textOf(run, end), limit);
  const kept = characters.slice(0, limit - ending.length).join('');
  const space = kept.search(/\s\S*$/);
  const isWordEnd = /\s/.test(characters[limit - ending.length] ?? ' ');
  const cut = isTrue(run, killWords) || isWordEnd || space <= 0 ? kept : kept.slice(0, space);
  return cut.trimEnd() + ending.join('');
};

const decimalText = (run: Run, value: Value): string => {
  const decimal = decimalOf(value);
  if (decimal === undefined) throw fault(run, 'RENDER_NOT_A_NUMBER', 'this needs a number');
  return formatDecimal(decimal);
};

const isCount = (value: Value, max: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;

const replace: Apply = (run, value, [from, to]) => {
  const [text, search, by] = [textOf(run, value), textOf(run, from), textOf(run, to)];
  if (search === '') return text;
  spendOnSearch(run, text, search);
  const pieces = text.split(search);
  const length = text.length + (pieces.length - 1) * (by.length - search.length);
  if (length > text.length) spendOn(run, length);
  return length > 65_536 ? bounded(run, ' '.repeat(65_537)) : pieces.join(by);
};

const maxPlaces = 20;

/** PostgreSQL's `round`: exactly as many digits as asked for. Text that holds a number will do. */
const round: Apply = (run, value, [places = 0]) => {
  const decimal = decimalOf(value) ?? parseDecimal(textOf(run, value).trim());
  if (decimal === undefined) throw fault(run, 'RENDER_NOT_A_NUMBER', 'round needs a number');
  const count = Number(decimalText(run, places));
  if (!isCount(count, maxPlaces)) throw fault(run, 'RENDER_NOT_A_NUMBER', `round takes 0 to ${maxPlaces} digits`);
  return { $numberDecimal: formatDecimal(roundDecimal(decimal, count)) };
};

const isMissing = (value: Value): boolean => value === null || value === undefined;

export const filters = new Map<string, Filter>([
  [
    'default',
    {
      parameters: ['value', 'boolean'],
      required: 1,
      open:
        () =>
        (run, value, [instead, forFalse]) =>
          isMissing(value) || (isTrue(run, forFalse) && !isTrue(run, value)) ? instead : value,
    },
  ],
  ['upper', onText((text) => text.toUpperCase())],
  ['lower', onText((text) => text.toLowerCase())],
  ['title', onText(toTitle)],
  ['trim', onText((text) => text.trim())],
  ['urlencode', onText(encodeComponent)],
  [
    'truncate',
    {
      parameters: ['length', 'killwords', 'end'],
      required: 1,
      check: ([length]) =>
        length === undefined || isCount(length, 65_536) ? undefined : 'truncate takes a number of characters',
      open: () => truncate,
    },
  ],
  [
    'replace',
    {
      parameters: ['from', 'to'],
      required: 2,
      check: ([from]) => (from === '' ? 'replace needs a text to look for' : undefined),
      open: () => replace,
    },
  ],
  [
    'round',
    {
      parameters: ['digits'],
      required: 0,
      check: ([places]) =>
        places === undefined || isCount(places, maxPlaces) ? undefined : `round takes 0 to ${maxPlaces} digits`,
      open: () => round,
    },
  ],
  ['date', { parameters: ['format', 'tz', 'locale'], required: 0, check: checkDateArguments, open: openDateFilter }],
  ['e164', { parameters: ['region'], required: 0, check: checkE164Arguments, open: () => toE164 }],
  ['json', { parameters: [], required: 0, open: () => (run, value) => new JsonText(jsonOf(run, value)) }],
]);
