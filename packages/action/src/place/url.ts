/**
 * The URL. A value is one segment of the path or one part of the query, percent-encoded: it can't reach the host, end the
 * path or add a parameter. Scheme and host are literal, so that a row never decides where a request goes.
 */
import { encodeComponent } from '../encode-component.js';
import type { Part } from '../template/part.js';
import type { Template } from '../template/pieces.js';
import { type Emit, fault, type Run, type Value } from '../template/run.js';
import { nul, textOf } from '../template/values.js';
import { checkUrl } from './check-url.js';
import { type Context, type Encode, placePieces } from './place.js';

type State = 'path' | 'query';

export const placeUrl = (part: Part, { pieces, isLiteral }: Template): Emit => {
  checkUrl(part, pieces);
  const context: Context<State> = {
    start: 'path',
    text: (state, { text }) => ({ text, state: /[?#]/.test(text) ? 'query' : state }),
    encoder: (state) => (state === 'path' ? encodeSegment : encodeQuery),
    join: (a, b) => (a === b ? a : 'path'),
  };
  const { emit } = placePieces(pieces, context);
  if (isLiteral) return emit;
  return (run) => {
    emit(run);
    if (dotSegment.test(run.out))
      throw fault(run, 'RENDER_URL_PATH', 'a value makes "." or ".." of a part of the path');
  };
};

/** What a URL parser takes out, with the segment before it. */
const dotSegment = /^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

const encodeQuery: Encode = (run, value) => encodeComponent(plain(run, value));

const encodeSegment: Encode = (run, value) => {
  const text = plain(run, value);
  if (text === '') throw fault(run, 'RENDER_URL_PATH', 'the value is empty, and a part of the path would be');
  return encodeComponent(text);
};

const plain = (run: Run, value: Value): string => {
  const text = textOf(run, value);
  if (text.includes('\0')) throw nul(run);
  return text;
};
