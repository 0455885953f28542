/** A JSON body with stand-ins for its values, as it would be in one world. */
import type { ForPiece, Piece } from '../template/pieces.js';
import { type JsonState, writeJsonText } from './json-text.js';
import type { Loop, World } from './worlds.js';

export interface Sample {
  text: string;
  state: JsonState;
  /** Where each piece begins in the sample, and in the template. */
  readonly marks: { readonly at: number; readonly offset: number; readonly isTag: boolean }[];
}

const standIns: Readonly<Record<JsonState, string>> = { value: '"x"', string: 'x', escape: 'n', line: '', block: '' };

export const writeSample = (pieces: readonly Piece[], world: World): Sample => {
  const sample: Sample = { text: '', state: 'value', marks: [] };
  writePieces(sample, pieces, { world, loop: undefined });
  return sample;
};

interface Way {
  readonly world: World;
  readonly loop: Loop | undefined;
}

/** Loops in loops make more of a template than it is worth to look at. */
export const maxSampleLength = 262_144;

const writePieces = (sample: Sample, pieces: readonly Piece[], way: Way): void => {
  for (const piece of pieces) {
    if (sample.text.length > maxSampleLength) return;
    if (piece.kind === 'if') {
      writePieces(sample, way.world.holds(piece.condition.node, way.loop) ? piece.body : piece.otherwise, way);
    } else if (piece.kind === 'for') {
      writeLoop(sample, piece, way);
    } else {
      sample.marks.push({ at: sample.text.length, offset: piece.offset, isTag: piece.kind === 'output' });
      sample.text += piece.kind === 'text' ? piece.text : standIns[sample.state];
      if (piece.kind === 'text') sample.state = writeJsonText(piece.text, sample.state).state;
    }
  }
};

/** Two rounds show a missing comma. */
const rounds = [
  { index: 1, index0: 0, first: true, last: false, length: 2 },
  { index: 2, index0: 1, first: false, last: true, length: 2 },
];

const writeLoop = (sample: Sample, piece: ForPiece, way: Way): void => {
  if (!way.world.holds(piece.list.node, way.loop)) writePieces(sample, piece.otherwise, way);
  else for (const loop of rounds) writePieces(sample, piece.body, { ...way, loop });
};

/** The place in the template of a place in the sample. */
export const sourceOffset = (sample: Sample, at: number): number => {
  const mark = sample.marks.findLast((each) => each.at <= at);
  if (mark === undefined) return 0;
  return mark.isTag ? mark.offset : mark.offset + at - mark.at;
};
