/**
 * A template, compiled but for its place: literal text, outputs, conditions and loops. What an output needs to stand in a
 * form, in JSON or in a URL is decided next, by place/.
 */
import type { Expression } from './nodes.js';
import type { Evaluate } from './run.js';
import type { Uses } from './scope.js';

export interface TextPiece {
  readonly kind: 'text';
  readonly text: string;
  readonly offset: number;
}

/** An expression of a tag. */
export interface Operand {
  readonly node: Expression;
  readonly evaluate: Evaluate;
  readonly uses: Uses;
  readonly offset: number;
}

export interface OutputPiece extends Operand {
  readonly kind: 'output';
}

export interface IfPiece {
  readonly kind: 'if';
  readonly condition: Operand;
  readonly body: readonly Piece[];
  readonly otherwise: readonly Piece[];
}

export interface ForPiece {
  readonly kind: 'for';
  readonly list: Operand;
  /** Where the item goes, or the key and the value. */
  readonly itemSlots: readonly number[];
  readonly loopSlot: number;
  readonly body: readonly Piece[];
  readonly otherwise: readonly Piece[];
}

export type Piece = TextPiece | OutputPiece | IfPiece | ForPiece;

export interface Template {
  readonly pieces: readonly Piece[];
  /** It has no tags. */
  readonly isLiteral: boolean;
  readonly usesColumns: boolean;
}
