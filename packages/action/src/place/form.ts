/**
 * A form body. Literal text is plain text: `&` parts the pairs, the first `=` of a pair parts its name from its value, `%41`
 * stands for the byte it names, and everything else, `+` and space included, is itself. We do the percent-encoding, of
 * literal text and of values, in the form `application/x-www-form-urlencoded` of the URL Standard, with %20 for a space.
 *
 * Line breaks beside an `&` and at both ends are layout, so that a body may be written with one pair a line, and with a tag on a
 * line of its own.
 */
import { encodeComponent } from '../encode-component.js';
import { type Part, report, warn } from '../template/part.js';
import type { Piece, TextPiece } from '../template/pieces.js';
import type { Emit } from '../template/run.js';
import { nul, textOf } from '../template/values.js';
import { type FormFields, readFormFields } from './form-fields.js';
import { emptyValue, settleBlanks, splitLiteral } from './form-text.js';
import { type Context, type Encode, placePieces } from './place.js';

/** `either`: in a pair that has its `=` on one way through the template and not on another. */
type State = 'name' | 'value' | 'either';

export interface PlacedForm {
  readonly emit: Emit;
  readonly fields: FormFields;
}

export const placeForm = (part: Part, pieces: readonly Piece[]): PlacedForm => {
  const seen: Seen = { plusAt: undefined, hasBytes: false };
  const context: Context<State> = {
    start: 'name',
    text: (state, piece) => {
      look(seen, piece);
      return writeLiteral(part, piece, state);
    },
    encoder: () => encodeValue,
    join: (a, b) => (a === b ? a : 'either'),
  };
  const { emit } = placePieces(pieces, context);
  if (seen.hasBytes && seen.plusAt !== undefined) warnOfPlus(part, seen.plusAt);
  const settled: Emit = (run) => {
    emit(run);
    run.out = settleBlanks(run.out);
  };
  return { emit: settled, fields: readFormFields(part, pieces) };
};

/** Signs of a body that was pasted in its encoded form, in which a plus is a space. */
interface Seen {
  /** The first plus between two letters. */
  plusAt: number | undefined;
  hasBytes: boolean;
}

const look = (seen: Seen, { text, offset }: TextPiece): void => {
  const plus = /(?<=\p{L})\+(?=\p{L})/u.exec(text);
  if (plus !== null) seen.plusAt ??= offset + plus.index;
  seen.hasBytes ||= /%[0-9a-f]{2}/i.test(text);
};

const warnOfPlus = (part: Part, offset: number): void =>
  warn(part, offset, {
    code: 'FORM_PLUS',
    message: 'this "+" is sent as a plus, not as a space, though %XX beside it looks like an encoded body',
    mend: 'write a space as a space',
  });

const encodeValue: Encode = (run, value) => {
  const text = textOf(run, value);
  if (text.includes('\0')) throw nul(run);
  return text === '' ? emptyValue : encodeComponent(text);
};

const writeLiteral = (part: Part, { text, offset }: TextPiece, start: State): { text: string; state: State } => {
  let state = start;
  let out = '';
  for (const token of splitLiteral(text)) {
    if (token.text === '&') {
      state = 'name';
      out += '&';
    } else if (token.isBlank) {
      out += token.text;
    } else if (token.text !== '=') {
      out += encodeLiteral(part, token.text, offset + token.at);
    } else if (state === 'value') {
      out += '%3D';
    } else {
      if (state === 'either') reportUnsure(part, offset + token.at);
      state = 'value';
      out += '=';
    }
  }
  return { text: out, state };
};

/** Bytes that the template names stand as they are, in upper case. */
const encodeLiteral = (part: Part, text: string, offset: number): string =>
  text
    .split(/((?:%[0-9a-fA-F]{2})+)/)
    .map((run, index) => (index % 2 === 0 ? encodeComponent(run) : checkBytes(part, run, offset + text.indexOf(run))))
    .join('');

const checkBytes = (part: Part, bytes: string, offset: number): string => {
  const decoded = decodeBytes(bytes);
  if (decoded === undefined) {
    const mend = 'a percent sign before two digits or letters a to f is written %25';
    report(part, offset, { code: 'FORM_BYTES', message: `${bytes} is no UTF-8`, mend });
  } else if (decoded.includes('\0')) {
    report(part, offset, { code: 'TEMPLATE_NUL', message: 'the body holds a NUL character' });
  }
  return bytes.toUpperCase();
};

const decodeBytes = (bytes: string): string | undefined => {
  try {
    return decodeURIComponent(bytes);
  } catch {
    return undefined;
  }
};

const reportUnsure = (part: Part, offset: number): void =>
  report(part, offset, {
    code: 'FORM_PAIR',
    message: 'this "=" would belong to the name or to the value, as a condition goes',
    mend: 'write each pair whole inside of its {% if %}, with its "&"',
  });
