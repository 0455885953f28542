/** What can be wrong with a URL before any row is known. */
import { nearest } from '@quailrunner/domain';
import { type Mistake, type Part, report } from '../template/part.js';
import type { Piece, TextPiece } from '../template/pieces.js';

export const checkUrl = (part: Part, pieces: readonly Piece[]): void => {
  const found = findMistake(pieces);
  if (found) report(part, found.offset, { ...found, code: 'ACTION_URL' });
};

interface Found extends Omit<Mistake, 'code'> {
  readonly offset: number;
}

const origin = /^https?:\/\/[^/?#\\]+/i;
const noUrl: Found = { offset: 0, message: 'this is no URL', mend: 'write it whole: https://api.example.com/messages' };

const findMistake = (pieces: readonly Piece[]): Found | undefined => {
  const [first, second] = pieces;
  const start = first?.kind === 'text' ? first : undefined;
  if (pieces.length === 0)
    return { offset: 0, message: 'the URL is empty', mend: 'write the address that takes the POST' };
  const space = findSpace(pieces);
  if (space) return space;
  const backslash = findBackslash(pieces);
  if (backslash) return backslash;
  const scheme = findScheme(start?.text ?? '');
  if (scheme) return scheme;
  const match = origin.exec(start?.text ?? '')?.[0];
  const isWhole = second === undefined && start !== undefined;
  if (!isWhole && (match === undefined || match === start?.text)) {
    const message = "scheme and host can't come from a row or a secret";
    return { offset: start?.text.length ?? 0, message, mend: 'write them out: https://api.example.com/…' };
  }
  const sample = sampleOf(pieces);
  if (match === undefined || !URL.canParse(sample)) return noUrl;
  const { username, password } = new URL(sample);
  if (username === '' && password === '') return undefined;
  const message = 'the URL holds a user name or a password';
  return { offset: 0, message, mend: 'write them into the header Authorization' };
};

/** Of a URL that begins otherwise than with http:// or https://. */
const findScheme = (text: string): Found | undefined => {
  const [, scheme] = /^([a-z][a-z\d+.-]*):\/\//i.exec(text) ?? [];
  if (scheme !== undefined) {
    if (/^https?$/i.test(scheme)) return undefined;
    const meant = nearest(scheme, ['https', 'http']);
    const mend = meant === undefined ? 'write https:// or http://' : `did you mean "${meant}://"?`;
    return { offset: 0, message: `"${scheme}://" takes no POST`, mend };
  }
  const [host] = /^(?:[a-z\d-]+\.)*[a-z\d-]+(?::\d+)?(?=\/|$)/i.exec(text) ?? [];
  if (host === undefined || !/[.:]|^localhost$/i.test(host)) return undefined;
  return { offset: 0, message: 'the URL has no scheme', mend: `write it whole: https://${host}…` };
};

/** Some read it as a slash, and some don't: nobody shall wonder where a request goes. */
const findBackslash = (pieces: readonly Piece[]): Found | undefined => {
  for (const piece of readTexts(pieces)) {
    const at = piece.text.indexOf('\\');
    if (at >= 0) return { offset: piece.offset + at, message: 'a URL holds no backslash', mend: 'it is written %5C' };
  }
  return undefined;
};

const findSpace = (pieces: readonly Piece[]): Found | undefined => {
  for (const piece of readTexts(pieces)) {
    const at = piece.text.search(/[\s\p{Cc}]/u);
    if (at >= 0)
      return { offset: piece.offset + at, message: 'a URL holds no white space', mend: 'a space is written %20' };
  }
  return undefined;
};

const readTexts = (pieces: readonly Piece[]): TextPiece[] =>
  pieces.flatMap((piece) => {
    if (piece.kind === 'text') return [piece];
    return piece.kind === 'output' ? [] : [...readTexts(piece.body), ...readTexts(piece.otherwise)];
  });

/** The URL with every tag filled, as far as its literal text goes. */
const sampleOf = (pieces: readonly Piece[]): string =>
  pieces
    .map((piece) => {
      if (piece.kind === 'text') return piece.text;
      return piece.kind === 'output' ? 'x' : sampleOf(piece.body);
    })
    .join('');
