/** What is known of a form body's pairs before any row: their names, and the values that no row changes. */
import { type Part, placeOf, report } from '../template/part.js';
import type { Piece, TextPiece } from '../template/pieces.js';
import { isLayout, splitLiteral, takeBlank } from './form-text.js';
import { readWayPairs, type WayPair } from './form-ways.js';

/** `varies`: it has a tag, or a condition decides whether it is there at all. */
export type FormField =
  | { readonly kind: 'absent' }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'varies'; readonly usesColumns: boolean };

/** One pair of the body, for whoever knows the names of the API it goes to. */
export interface FormParameter {
  readonly name: string;
  /** Decoded where it is literal, else its literal parts. */
  readonly value: string;
  /** No row and no condition changes it. */
  readonly literal: boolean;
  /** In the body, from 1. */
  readonly line: number;
  readonly column: number;
  /** Numbers of the ways through the body's conditions on which it is there. */
  readonly ways: readonly number[];
}

export interface FormFields {
  readonly field: (name: string) => FormField;
  /** Those whose name no row writes, in order; a pair that conditions give several names stands there with each. */
  readonly parameters: readonly FormParameter[];
}

interface Pair {
  readonly offset: number;
  /** How many conditions and loops stood around its beginning. */
  readonly depth: number;
  name: string;
  value: string;
  /** White space behind it, which is its own if something of it follows. */
  blank: string;
  hasEquals: boolean;
  nameVaries: boolean;
  varies: boolean;
  usesColumns: boolean;
}

export const readFormFields = (part: Part, pieces: readonly Piece[]): FormFields => {
  const pairs = readPairs(pieces).filter(isPair);
  for (const pair of pairs) if (!pair.hasEquals && !pair.varies) reportNoEquals(part, pair);
  return {
    parameters: readWayPairs(pieces).map((pair) => toParameter(part, pair)),
    field: (name) => {
      const named = pairs.filter((pair) => pair.nameVaries || decode(pair.name) === name);
      const [first] = named;
      if (first === undefined) return { kind: 'absent' };
      const varying = named.filter((pair) => pair.varies);
      if (varying.length === 0) return { kind: 'literal', value: readValue(first) };
      return { kind: 'varies', usesColumns: varying.some((pair) => pair.usesColumns) };
    },
  };
};

const toParameter = (part: Part, { name, value, varies, offset, ways }: WayPair): FormParameter => {
  const place = placeOf(part.source, offset + name.length - name.trimStart().length);
  return { name: decode(name), value: decode(value), literal: !varies, ways, ...place };
};

const isPair = ({ name, hasEquals, varies }: Pair): boolean => name !== '' || hasEquals || varies;

interface Reading {
  readonly pairs: Pair[];
  readonly depth: number;
  /** A condition around here looks at a column. */
  readonly usesColumns: boolean;
}

const readPairs = (pieces: readonly Piece[]): Pair[] => {
  const first = openPair(0, { pairs: [], depth: 0, usesColumns: false });
  const pairs = [first];
  readPieces(pieces, [first], { pairs, depth: 0, usesColumns: false });
  return pairs;
};

/** `open`: the pairs to which the next text may belong, as conditions go. Returns those open at the end. */
const readPieces = (pieces: readonly Piece[], open: readonly Pair[], reading: Reading): readonly Pair[] => {
  let current = open;
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      current = readText(piece, current, reading);
    } else if (piece.kind === 'output') {
      for (const pair of current) {
        takeBlank(pair);
        vary(pair, piece.uses.columns.size > 0);
      }
    } else {
      const { uses } = piece.kind === 'if' ? piece.condition : piece.list;
      const usesColumns = reading.usesColumns || uses.columns.size > 0;
      const inner = { ...reading, depth: reading.depth + 1, usesColumns };
      const ways = [piece.body, piece.otherwise].flatMap((list) => readPieces(list, current, inner));
      current = [...new Set([...ways, ...(piece.kind === 'for' ? current : [])])];
    }
  }
  return current;
};

const readText = (piece: TextPiece, open: readonly Pair[], reading: Reading): readonly Pair[] => {
  let current = open;
  for (const { text, at, isBlank } of splitLiteral(piece.text)) {
    if (text === '&') {
      const pair = openPair(piece.offset + at + 1, reading);
      reading.pairs.push(pair);
      current = [pair];
    } else if (isBlank) {
      for (const pair of current) addBlank(pair, text, reading.depth > pair.depth);
    } else {
      for (const pair of current) addText(pair, text, current.length > 1 || reading.depth > pair.depth);
    }
  }
  return current;
};

const openPair = (offset: number, { depth, usesColumns }: Reading): Pair => ({
  offset,
  depth,
  name: '',
  value: '',
  blank: '',
  hasEquals: false,
  nameVaries: false,
  varies: depth > 0,
  usesColumns,
});

const addText = (pair: Pair, text: string, isUncertain: boolean): void => {
  if (isUncertain) vary(pair, true);
  takeBlank(pair);
  if (text === '=' && !pair.hasEquals) pair.hasEquals = true;
  else if (pair.hasEquals) pair.value += text;
  else pair.name += text;
};

const addBlank = (pair: Pair, text: string, isUncertain: boolean): void => {
  if (isUncertain && !isLayout(text)) vary(pair, true);
  pair.blank += text;
};

const readValue = ({ value, blank }: Pair): string => decode(isLayout(blank) ? value : value + blank);

const vary = (pair: Pair, usesColumns: boolean): void => {
  pair.varies = true;
  if (!pair.hasEquals) pair.nameVaries = true;
  if (usesColumns) pair.usesColumns = true;
};

const decode = (text: string): string => {
  try {
    return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodeURIComponent);
  } catch {
    return text;
  }
};

const reportNoEquals = (part: Part, { offset, name }: Pair): void =>
  report(part, offset, {
    code: 'FORM_PAIR',
    message: `this pair has no "="`,
    mend: /^\s*[{[]/.test(name)
      ? 'for a JSON body write the header Content-Type: application/json'
      : 'write name=value; an "&" inside of a value is written %26',
  });
