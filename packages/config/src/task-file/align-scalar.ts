/**
 * Where a character of a YAML text stands in its source: a walk along both, past indentation, folded lines, quotes and
 * escapes. Exact for what people write; never outside of the source.
 */
import type { Scalar } from 'yaml';

/** `source` is the scalar as written, from its quote or block sign on. Gives an offset in it. */
export const offsetInSource = (
  source: string,
  { type, value }: { readonly type: Scalar['type']; readonly value: string },
  offset: number,
): number => {
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED';
  const breaks = isBlock ? blockBreaks(source) : /[ \t]*(?:\r?\n[ \t]*)+/y;
  const special = type === 'QUOTE_DOUBLE' ? escapes : type === 'QUOTE_SINGLE' ? doubledQuote : undefined;
  let at = isBlock ? startOfBlock(source) : type === 'PLAIN' ? 0 : 1;
  for (let index = 0; index < offset && at < source.length; ) {
    const gap = matchAt(breaks, source, at);
    if (gap !== undefined) {
      // A single break is folded into a space; of several, one is dropped. Not so in blocks: there the value tells.
      const stand = isBlock ? matchAt(/\n*/y, value, index)?.length : gap.split('\n').length - 2;
      index += Math.max(1, stand ?? 0);
      at += gap.length;
    } else {
      const written = special === undefined ? undefined : matchAt(special, source, at);
      index += written === undefined ? 1 : unitsOf(written);
      at += written?.length ?? 1;
    }
  }
  // An escaped line break stands for nothing: the character is behind it.
  if (type === 'QUOTE_DOUBLE') at += matchAt(escapedBreak, source, at)?.length ?? 0;
  return Math.min(at, source.length);
};

const escapedBreak = /\\\r?\n[ \t]*/y;
const escapes = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n[ \t]*|[\s\S])/y;
const doubledQuote = /''/y;

/** UTF-16 units that an escape stands for. */
const unitsOf = (written: string): number => {
  if (matchAt(escapedBreak, written, 0) !== undefined) return 0;
  return written.startsWith('\\U') && Number.parseInt(written.slice(2), 16) > 0xffff ? 2 : 1;
};

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

/** Indentation of the first line that isn't empty; a block's own begins there. */
const indentationOf = (block: string): number => /\n( *)[^\s]/.exec(block)?.[1]?.length ?? 0;

const startOfBlock = (block: string): number => {
  const firstLine = block.indexOf('\n') + 1;
  return firstLine + (matchAt(new RegExp(` {0,${indentationOf(block)}}`, 'y'), block, firstLine)?.length ?? 0);
};

const blockBreaks = (block: string): RegExp => new RegExp(`(?:\\r?\\n {0,${indentationOf(block)}})+`, 'y');
