/** Headers, and the bodies that have no syntax we know: values stand as they are, or not at all. */
import { type Part, report } from '../template/part.js';
import type { Piece } from '../template/pieces.js';
import { type Emit, fault } from '../template/run.js';
import { nul, textOf } from '../template/values.js';
import { type Encode, placePieces } from './place.js';

const encodePlain: Encode = (run, value) => {
  const text = textOf(run, value);
  if (text.includes('\0')) throw nul(run);
  return text;
};

export const placePlain = (pieces: readonly Piece[]): Emit => placeWith(pieces, encodePlain);

/** What RFC 9110 lets a field value hold, and what Node sends as one byte a character. */
const notInHeader = /[^\t\x20-\x7e\x80-\xff]/;

/** RFC 9110, 5.5: white space around a field value is none of it. */
const blankEnd = /^[\t ]|[\t ]$/;

const encodeHeader: Encode = (run, value) => {
  const text = textOf(run, value);
  if (!notInHeader.test(text)) return text;
  if (text.includes('\0')) throw nul(run);
  throw fault(run, 'RENDER_HEADER', 'the value holds a line break or a character that a header has none for');
};

export const placeHeader = (part: Part, pieces: readonly Piece[]): Emit => {
  const wrong = notInHeader.exec(part.source);
  if (wrong) {
    const isBreak = /[\r\n]/.test(wrong[0]);
    report(part, wrong.index, {
      code: 'ACTION_HEADER',
      message: isBreak ? 'a header has no line breaks' : 'a header holds only characters of Latin-1',
      mend: isBreak ? 'write its value on one line' : undefined,
    });
  }
  const blank = blankEnd.exec(part.source);
  if (blank) {
    const message = 'a header has no blanks at its ends: receivers take them off';
    report(part, blank.index, { code: 'ACTION_HEADER', message, mend: 'leave them out' });
  }
  const emit = placeWith(pieces, encodeHeader);
  return (run) => {
    emit(run);
    if (!blankEnd.test(run.out)) return;
    run.offset = 0;
    throw fault(run, 'RENDER_HEADER', 'the header would begin or end with a blank, which receivers take off');
  };
};

/** XML 1.0 has no way to write the other control characters, and none for half a surrogate pair. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what we look for.
const notInXml = /[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const encodeMarkup: Encode = (run, value) => {
  const text = encodePlain(run, value);
  if (notInXml.test(text))
    throw fault(run, 'RENDER_XML', 'the value holds a control character, for which XML has none');
  // A parser would read a bare carriage return as a line feed.
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '').replaceAll('\r', '&#13;');
};

export const placeMarkup = (pieces: readonly Piece[]): Emit => placeWith(pieces, encodeMarkup);

const placeWith = (pieces: readonly Piece[], encode: Encode): Emit =>
  placePieces(pieces, {
    start: '',
    text: (state, { text }) => ({ text, state }),
    encoder: () => encode,
    join: (state) => state,
  }).emit;
