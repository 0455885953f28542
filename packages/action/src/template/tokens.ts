/**
 * Template text → literal text and tags, by nunjucks' lexer. Comments are gone, `{%-` has eaten its white space, and each
 * token knows its offset in the part. Throws nothing: what can't be read is reported, and nothing is returned.
 */
import lexer from 'nunjucks/src/lexer.js';
import { type Part, report } from './part.js';

export interface Token {
  readonly type: string;
  readonly value: unknown;
  readonly offset: number;
}

/** Literal text, as it stands. */
export interface Data {
  readonly kind: 'data';
  readonly offset: number;
  readonly text: string;
}

/** `{{ … }}` or `{% … %}`. */
export interface Tag {
  readonly kind: 'output' | 'block';
  readonly offset: number;
  /** Without the delimiters. */
  readonly tokens: readonly Token[];
  readonly endOffset: number;
}

export type Item = Data | Tag;

const maxTemplateLength = 65_536;

export const readItems = (part: Part): Item[] | undefined => {
  if (part.source.length > maxTemplateLength) {
    report(part, 0, {
      code: 'TEMPLATE_TOO_LONG',
      message: `the template is longer than ${maxTemplateLength} characters`,
    });
    return undefined;
  }
  const nul = part.source.indexOf('\0');
  if (nul >= 0) {
    report(part, nul, { code: 'TEMPLATE_NUL', message: 'the template holds a NUL character' });
    return undefined;
  }
  const tokens = readTokens(part);
  return tokens && groupTags(part, tokens);
};

const readTokens = (part: Part): Token[] | undefined => {
  const tokenizer = lexer.lex(part.source);
  const tokens: Token[] = [];
  let offset = 0;
  try {
    for (let token = tokenizer.nextToken(); token !== null; token = tokenizer.nextToken()) {
      if (token.type !== 'whitespace') tokens.push({ type: token.type, value: token.value, offset });
      offset = tokenizer.index;
    }
  } catch {
    reportComment(part, offset);
    return undefined;
  }
  if (!tokenizer.in_code) return tokens;
  const open = tokens.findLast(({ type }) => type === 'variable-start' || type === 'block-start');
  const last = tokens.at(-1);
  if (offset > part.source.length && last) reportUnclosedString(part, last);
  else if (open) reportUnclosed(part, open);
  return undefined;
};

/** The only two things on which the lexer throws. */
const reportComment = (part: Part, offset: number): void => {
  const open = part.source.indexOf('{#', offset);
  const close = part.source.indexOf('#}', offset);
  const isUnclosed = open >= 0 && (close < 0 || open < close);
  report(part, isUnclosed ? open : close, {
    code: 'TEMPLATE_UNCLOSED_TAG',
    message: isUnclosed ? 'this comment is never closed' : '"#}" closes a comment that was never opened',
    mend: isUnclosed ? 'close it with #}' : 'to write it as text: {{ "#}" }}',
  });
};

const reportUnclosedString = (part: Part, token: Token): void =>
  report(part, token.offset, {
    code: 'TEMPLATE_UNCLOSED_TAG',
    message: 'this quote is never closed',
    mend: 'close it before the end of its tag',
  });

const reportUnclosed = (part: Part, open: Token): void => {
  const isOutput = open.type === 'variable-start';
  report(part, open.offset, {
    code: 'TEMPLATE_UNCLOSED_TAG',
    message: `this ${isOutput ? '{{' : '{%'} is never closed`,
    mend: `close it with ${isOutput ? '}}' : '%}'}`,
  });
};

const groupTags = (part: Part, tokens: readonly Token[]): Item[] | undefined => {
  const items: Item[] = [];
  let open: { token: Token; tokens: Token[] } | undefined;
  let trimsNext = false;
  for (const token of tokens) {
    if (open === undefined) {
      if (token.type === 'data') items.push(readData(token, trimsNext));
      if (token.type === 'comment') trimBefore(items, String(token.value).startsWith('{#-'));
      if (token.type === 'variable-start' || token.type === 'block-start') {
        trimBefore(items, String(token.value).endsWith('-'));
        open = { token, tokens: [] };
      }
      trimsNext = token.type === 'comment' && String(token.value).endsWith('-#}');
    } else if (token.type === 'variable-end' || token.type === 'block-end') {
      if (token.type.slice(0, 5) !== open.token.type.slice(0, 5)) {
        reportUnclosed(part, open.token);
        return undefined;
      }
      trimsNext = String(token.value).startsWith('-');
      const kind = token.type === 'variable-end' ? 'output' : 'block';
      items.push({ kind, offset: open.token.offset, tokens: open.tokens, endOffset: token.offset });
      open = undefined;
    } else {
      if (startsAnotherTag(open.tokens.at(-1), token)) {
        reportUnclosed(part, open.token);
        return undefined;
      }
      open.tokens.push(token);
    }
  }
  return items;
};

/** `{{ .name and {{ .x }}`: the second `{{` is two braces to the lexer. */
const startsAnotherTag = (before: Token | undefined, token: Token): boolean =>
  before?.type === 'left-curly' &&
  before.offset + 1 === token.offset &&
  (token.type === 'left-curly' || token.value === '%');

const readData = ({ offset, value }: Token, trimsStart: boolean): Data => {
  const text = String(value);
  const kept = trimsStart ? text.trimStart() : text;
  return { kind: 'data', offset: offset + text.length - kept.length, text: kept };
};

const trimBefore = (items: Item[], trims: boolean): void => {
  const last = items.at(-1);
  if (trims && last?.kind === 'data') items[items.length - 1] = { ...last, text: last.text.trimEnd() };
};
