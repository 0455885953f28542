/**
 * The pairs of a form body on each way through its conditions: a pair may have another name, or be there twice in the text and
 * once in the message, as a condition goes.
 */
import type { ForPiece, Piece, TextPiece } from '../template/pieces.js';
import { isLayout, splitLiteral, takeBlank } from './form-text.js';
import { type Loop, readWays, type World } from './worlds.js';

/** A pair whose name no row writes. */
export interface WayPair {
  readonly offset: number;
  readonly name: string;
  readonly value: string;
  /** It has a tag, or a condition decides about it. */
  readonly varies: boolean;
  /** The ways on which it is there. */
  readonly ways: readonly number[];
}

/** In their order in the text. A loop's pairs are there once. */
export const readWayPairs = (pieces: readonly Piece[]): WayPair[] => {
  const found = new Map<string, Found>();
  for (const [way, world] of readWays(pieces).entries()) addWay(found, readPairs(pieces, world), way);
  return [...found.values()].sort((a, b) => a.offset - b.offset);
};

interface Found extends Omit<WayPair, 'ways' | 'varies'> {
  varies: boolean;
  readonly ways: number[];
}

const addWay = (found: Map<string, Found>, pairs: readonly Pair[], way: number): void => {
  for (const { offset, name, value, hasEquals, varies, isNamedByRow } of pairs) {
    if (offset === undefined || isNamedByRow || (name === '' && !hasEquals)) continue;
    const key = `${offset} ${name}`;
    const before = found.get(key);
    if (before === undefined) {
      found.set(key, { offset, name, value, varies, ways: [way] });
      continue;
    }
    if (varies || before.value !== value) before.varies = true;
    if (before.ways.at(-1) !== way) before.ways.push(way);
  }
};

interface Pair {
  offset: number | undefined;
  name: string;
  value: string;
  /** White space behind it, which is its own if something of it follows, or if it is no layout. */
  blank: string;
  hasEquals: boolean;
  varies: boolean;
  isNamedByRow: boolean;
}

interface Reading {
  readonly world: World;
  readonly pairs: Pair[];
}

const readPairs = (pieces: readonly Piece[], world: World): Pair[] => {
  const pairs = [openPair()];
  readPieces(pieces, { world, pairs }, { depth: 0, loop: undefined });
  for (const pair of pairs) if (!isLayout(pair.blank)) takeBlank(pair);
  return pairs;
};

const openPair = (): Pair => ({
  offset: undefined,
  name: '',
  value: '',
  blank: '',
  hasEquals: false,
  varies: false,
  isNamedByRow: false,
});

interface Inside {
  /** Conditions and loops around. */
  readonly depth: number;
  readonly loop: Loop | undefined;
}

/** Loops in loops make more of a template than it is worth to look at. */
const mostPairs = 10_000;

const readPieces = (pieces: readonly Piece[], reading: Reading, inside: Inside): void => {
  for (const piece of pieces) {
    if (reading.pairs.length > mostPairs) return;
    if (piece.kind === 'text') {
      readText(piece, reading, inside);
    } else if (piece.kind === 'output') {
      const pair = reading.pairs.at(-1);
      if (pair === undefined) continue;
      takeBlank(pair);
      pair.varies = true;
      if (!pair.hasEquals) pair.isNamedByRow = true;
    } else {
      const deeper = { ...inside, depth: inside.depth + 1 };
      const { node } = piece.kind === 'if' ? piece.condition : piece.list;
      if (!reading.world.holds(node, inside.loop)) readPieces(piece.otherwise, reading, deeper);
      else if (piece.kind === 'if') readPieces(piece.body, reading, deeper);
      else readLoop(piece, reading, deeper);
    }
  }
};

/** Two, for what stands in the first or in the last one only. */
const rounds = [
  { index: 1, index0: 0, first: true, last: false, length: 2 },
  { index: 2, index0: 1, first: false, last: true, length: 2 },
];

const readLoop = (piece: ForPiece, reading: Reading, inside: Inside): void => {
  for (const loop of rounds) readPieces(piece.body, reading, { ...inside, loop });
};

const readText = (piece: TextPiece, { pairs }: Reading, { depth }: Inside): void => {
  for (const { text, at, isBlank } of splitLiteral(piece.text)) {
    const pair = pairs.at(-1);
    if (text === '&') {
      pairs.push(openPair());
      continue;
    }
    if (pair === undefined) continue;
    if (isBlank) {
      pair.blank += text;
      continue;
    }
    takeBlank(pair);
    pair.offset ??= piece.offset + at;
    if (depth > 0) pair.varies = true;
    if (text === '=' && !pair.hasEquals) pair.hasEquals = true;
    else if (pair.hasEquals) pair.value += text;
    else pair.name += text;
  }
};
