/**
 * The literal text of a JSON body, as people paste it: comments and trailing commas are taken out. A comma that ends a
 * piece may or may not be a trailing one, as conditions go: it stays a mark until the body is whole.
 */

/** Where a piece stands: between tokens, in a string, after a string's backslash, or in a comment. */
export type JsonState = 'value' | 'string' | 'escape' | 'line' | 'block';

/** A comma of which it isn't known yet whether it is a trailing one. Neither text nor values can hold this character. */
const mark = '\0';

/** What comes next in each state: each matches at least one character, whatever it is. */
const nextToken: Readonly<Record<JsonState, RegExp>> = {
  value: /"|\/\/|\/\*|,|[^",/]+|\//y,
  string: /"|\\.?|[^"\\]+/sy,
  escape: /./sy,
  line: /\n|[^\n]+/y,
  block: /\*\/|[^*]+|\*/y,
};

const moves: Readonly<Record<JsonState, ReadonlyMap<string, JsonState>>> = {
  value: new Map([
    ['"', 'string'],
    ['//', 'line'],
    ['/*', 'block'],
  ]),
  string: new Map([
    ['"', 'value'],
    ['\\', 'escape'],
  ]),
  escape: new Map(),
  line: new Map([['\n', 'value']]),
  block: new Map([['*/', 'value']]),
};

export const writeJsonText = (text: string, start: JsonState): { text: string; state: JsonState } => {
  let state = start;
  let out = '';
  for (let at = 0; at < text.length; ) {
    const pattern = nextToken[state];
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[0] ?? text.slice(at);
    const next = state === 'escape' ? 'string' : (moves[state].get(token) ?? state);
    if (state === 'value' && token === ',') out += mark;
    else if (token === '\n' || !(isComment(state) || isComment(next))) out += token;
    state = next;
    at += token.length;
  }
  return { text: settleWithin(out), state };
};

export interface Forgiven {
  readonly what: 'comment' | 'comma';
  readonly at: number;
}

/** Comments, and the trailing commas whose bracket stands in the same piece. */
export const findForgiven = (text: string, start: JsonState): Forgiven[] => {
  const found: Forgiven[] = [];
  let comma: number | undefined;
  let state = start;
  for (let at = 0; at < text.length; ) {
    const pattern = nextToken[state];
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[0] ?? text.slice(at);
    const next = state === 'escape' ? 'string' : (moves[state].get(token) ?? state);
    if (state === 'value' && isComment(next)) found.push({ what: 'comment', at });
    else if (state === 'value' && token.trim() !== '') {
      if (comma !== undefined && /^\s*[}\]]/.test(token)) found.push({ what: 'comma', at: comma });
      comma = token === ',' ? at : undefined;
    }
    state = next;
    at += token.length;
  }
  return found.toSorted((one, other) => one.at - other.at);
};

const isComment = (state: JsonState): boolean => state === 'line' || state === 'block';

const trailing = /\0(?=\s*[}\]])/g;

/** Settles the commas that something follows in the same piece. */
const settleWithin = (text: string): string => text.replaceAll(trailing, '').replaceAll(/\0(?=\s*[^\s\0])/g, ',');

/** Settles all commas of a whole body. */
export const settleCommas = (text: string): string =>
  text.includes(mark) ? text.replaceAll(trailing, '').replaceAll(mark, ',') : text;
