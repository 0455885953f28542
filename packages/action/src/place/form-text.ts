/** The literal text of a form body: its separators, and the line breaks that only lay it out. */
import { encodeComponent } from '../encode-component.js';

export interface FormToken {
  /** `&`, `=`, or what stands between them. */
  readonly text: string;
  /** Offset in the piece. */
  readonly at: number;
  /** White space at an end of the piece: what it is depends on what the tags beside it come to. */
  readonly isBlank?: true;
}

export const splitLiteral = (text: string): FormToken[] => {
  const tokens = Array.from(text.matchAll(/[&=]|[^&=]+/g), ([token], index) => ({ token, index }));
  let at = 0;
  const split: FormToken[] = [];
  for (const { token, index } of tokens) {
    const left = tokens[index - 1]?.token === '&' ? trimLayoutStart(token) : token;
    const kept = tokens[index + 1]?.token === '&' ? trimLayoutEnd(left) : left;
    split.push(...splitEnds(kept, at + token.length - left.length, index === 0, index === tokens.length - 1));
    at += token.length;
  }
  return split.filter((token) => token.text !== '');
};

const splitEnds = (text: string, at: number, isFirst: boolean, isLast: boolean): FormToken[] => {
  const start = isFirst ? text.length - text.trimStart().length : 0;
  const end = isLast ? Math.max(start, text.trimEnd().length) : text.length;
  return [
    { text: text.slice(0, start), at, isBlank: true },
    { text: text.slice(start, end), at: at + start },
    { text: text.slice(end), at: at + end, isBlank: true },
  ];
};

/** What an empty value leaves, so that the white space beside it still stands beside something. No text can hold it. */
export const emptyValue = '\0';

/** Settles the white space of a whole body that stands as it is. */
export const settleBlanks = (body: string): string => {
  if (!/[\s\0]/.test(body)) return body;
  const settle = (blank: string, at: number): string => {
    const [before, after] = [body[at - 1] ?? '&', body[at + blank.length] ?? '&'];
    return isLayout(blank) && (before === '&' || after === '&') ? '' : encodeComponent(blank);
  };
  return body.replaceAll(/\s+/g, settle).replaceAll(emptyValue, '');
};

/** White space that may be layout: beside an `&`, or at the body's end. */
export const isLayout = (blank: string): boolean => blank.includes('\n');

interface OpenPair {
  name: string;
  value: string;
  /** White space behind it, which is its own if something of it follows. */
  blank: string;
  readonly hasEquals: boolean;
}

/** Something follows the white space behind a pair. */
export const takeBlank = (pair: OpenPair): void => {
  const isFirst = pair.name === '' && !pair.hasEquals;
  if (pair.hasEquals) pair.value += pair.blank;
  else if (!isFirst || !isLayout(pair.blank)) pair.name += pair.blank;
  pair.blank = '';
};

/** White space at the end, if a line breaks in it. */
const trimLayoutEnd = (text: string): string => {
  const kept = text.trimEnd();
  return isLayout(text.slice(kept.length)) ? kept : text;
};

const trimLayoutStart = (text: string): string => {
  const kept = text.trimStart();
  return isLayout(text.slice(0, text.length - kept.length)) ? kept : text;
};
