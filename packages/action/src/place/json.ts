/**
 * A JSON body. A value inside of a string literal is escaped into it; outside of one it stands as JSON: text in quotes,
 * numbers with all their digits, null, arrays and objects. What is sent is strict JSON, whatever was pasted.
 */
import { type Part, report, warn } from '../template/part.js';
import type { Piece } from '../template/pieces.js';
import { type Emit, fault } from '../template/run.js';
import { jsonOf, nul, textOf } from '../template/values.js';
import { checkJson } from './json-check.js';
import { findForgiven, type JsonState, settleCommas, writeJsonText } from './json-text.js';
import { type Context, type Encode, placePieces } from './place.js';

export const placeJson = (part: Part, pieces: readonly Piece[]): Emit => {
  const known = part.problems.length;
  const context: Context<JsonState> = {
    start: 'value',
    text: (state, { text, offset }) => {
      for (const { what, at } of findForgiven(text, state)) warn(part, offset + at, forgiven[what]);
      return writeJsonText(text, state);
    },
    encoder: (state, piece) => {
      if (state === 'escape') reportEscape(part, piece.offset);
      return encoders[state];
    },
    join: (a, b, piece) => {
      if (a !== b) reportOpenString(part, piece.kind === 'if' ? piece.condition.offset : piece.list.offset);
      return a;
    },
  };
  const { emit } = placePieces(pieces, context);
  if (part.problems.length === known) checkJson(part, pieces);
  return (run) => {
    emit(run);
    run.out = settleCommas(run.out);
    if (!isJson(run.out)) {
      run.offset = 0;
      throw fault(run, 'RENDER_NOT_JSON', 'with the values of this row the body is no JSON');
    }
  };
};

const forgiven = {
  comment: { code: 'JSON_COMMENT', message: 'JSON has no comments: this one is left out of what is sent' },
  comma: { code: 'JSON_COMMA', message: 'nothing follows this comma: it is left out of what is sent' },
};

const encodeInString: Encode = (run, value) => {
  const text = textOf(run, value);
  if (text.includes('\0')) throw nul(run);
  return JSON.stringify(text).slice(1, -1);
};

const encoders: Readonly<Record<JsonState, Encode>> = {
  value: jsonOf,
  string: encodeInString,
  escape: () => '',
  line: () => '',
  block: () => '',
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const reportEscape = (part: Part, offset: number): void =>
  report(part, offset, { code: 'JSON_SYNTAX', message: 'a backslash stands before this tag', mend: 'leave it out' });

const reportOpenString = (part: Part, offset: number): void =>
  report(part, offset, {
    code: 'JSON_SYNTAX',
    message: 'a string or a comment begins on one side of this tag and ends on the other',
    mend: 'begin and end strings inside of the same {% if %} or {% for %}',
  });
