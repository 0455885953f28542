/** The literal text of a form body: its separators, and the line breaks that only lay it out. */
import type { Piece, TextPiece } from '../template/pieces.js';

export interface FormToken {
  /** `&`, `=`, or what stands between them. */
  readonly text: string;
  /** Offset in the piece. */
  readonly at: number;
}

export const splitLiteral = (text: string): FormToken[] => {
  const tokens = Array.from(text.matchAll(/[&=]|[^&=]+/g), ([token], index) => ({ token, index }));
  let at = 0;
  const split: FormToken[] = [];
  for (const { token, index } of tokens) {
    const left = tokens[index - 1]?.token === '&' ? trimLayoutStart(token) : token;
    const kept = tokens[index + 1]?.token === '&' ? trimLayoutEnd(left) : left;
    if (kept !== '') split.push({ text: kept, at: at + token.length - left.length });
    at += token.length;
  }
  return split;
};

/** Without the line breaks that a YAML block leaves at its ends. */
export const trimEnds = (pieces: readonly Piece[]): Piece[] => {
  const trimmed = [...pieces];
  const first = trimmed[0];
  if (first?.kind === 'text') trimmed[0] = trimPieceStart(first);
  const last = trimmed.at(-1);
  if (last?.kind === 'text') trimmed[trimmed.length - 1] = { ...last, text: trimLayoutEnd(last.text) };
  return trimmed;
};

const trimPieceStart = (piece: TextPiece): TextPiece => {
  const text = trimLayoutStart(piece.text);
  return { ...piece, text, offset: piece.offset + piece.text.length - text.length };
};

/** White space at the end, if a line breaks in it. */
const trimLayoutEnd = (text: string): string => {
  const kept = text.trimEnd();
  return text.slice(kept.length).includes('\n') ? kept : text;
};

const trimLayoutStart = (text: string): string => {
  const kept = text.trimStart();
  return text.slice(0, text.length - kept.length).includes('\n') ? kept : text;
};
