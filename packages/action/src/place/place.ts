/**
 * Pieces → a closure that writes a part. Walks the template as it is read and asks the context (form, JSON, URL, …) at each
 * piece how literal text is written and how a value is encoded there, so that nothing is decided when it runs.
 */
import { type ColumnValue, isNumberDecimal, toRowKey } from '@quailrunner/domain';
import type { ForPiece, IfPiece, OutputPiece, Piece, TextPiece } from '../template/pieces.js';
import { type Emit, fault, maxTextLength, type Run, spend, tooLong, type Value } from '../template/run.js';
import type { Uses } from '../template/scope.js';
import { isTrue, spendOn } from '../template/values.js';

export type Encode = (run: Run, value: Value) => string;

/** `State` says where in the part's syntax a piece stands. */
export interface Context<State> {
  readonly start: State;
  readonly text: (state: State, piece: TextPiece) => { readonly text: string; readonly state: State };
  readonly encoder: (state: State, piece: OutputPiece) => Encode;
  /** Where the part stands after two ways through it; reports it when it can't go on. */
  readonly join: (a: State, b: State, piece: IfPiece | ForPiece) => State;
}

export interface Placed<State> {
  readonly emit: Emit;
  readonly state: State;
}

export const placePieces = <State>(
  pieces: readonly Piece[],
  context: Context<State>,
  start = context.start,
): Placed<State> => {
  let state = start;
  const emits: Emit[] = [];
  let literal = '';
  const flush = () => {
    const text = literal;
    literal = '';
    if (text !== '') emits.push(writeText(text));
  };
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      const placed = context.text(state, piece);
      literal += placed.text;
      state = placed.state;
      continue;
    }
    flush();
    const placed = placeTag(piece, context, state);
    emits.push(placed.emit);
    state = placed.state;
  }
  flush();
  return { emit: sequence(emits), state };
};

const writeText =
  (text: string): Emit =>
  (run) => {
    run.out += text;
  };

const sequence = (emits: readonly Emit[]): Emit => {
  const [only] = emits;
  if (only !== undefined && emits.length === 1) return only;
  return (run) => {
    for (const emit of emits) emit(run);
  };
};

const placeTag = <State>(
  piece: OutputPiece | IfPiece | ForPiece,
  context: Context<State>,
  state: State,
): Placed<State> => {
  switch (piece.kind) {
    case 'output':
      return { emit: writeOutput(piece, context.encoder(state, piece)), state };
    case 'if': {
      const body = placePieces(piece.body, context, state);
      const otherwise = placePieces(piece.otherwise, context, state);
      return {
        emit: writeIf(piece, body.emit, otherwise.emit),
        state: context.join(body.state, otherwise.state, piece),
      };
    }
    case 'for': {
      // What follows the first round is also what precedes the second.
      const first = placePieces(piece.body, context, state);
      const before = context.join(state, first.state, piece);
      const body = before === state ? first : placePieces(piece.body, context, before);
      const otherwise = placePieces(piece.otherwise, context, state);
      return {
        emit: writeFor(piece, body.emit, otherwise.emit),
        state: context.join(body.state, otherwise.state, piece),
      };
    }
  }
};

const writeOutput =
  ({ evaluate, offset, uses }: OutputPiece, encode: Encode): Emit =>
  (run) => {
    run.offset = offset;
    spend(run, 1);
    const value = evaluate(run);
    run.out += encode(run, run.mask !== undefined && holdsSecret(run, uses) ? run.mask : value);
    if (run.out.length > maxTextLength) throw tooLong(run);
  };

/** Whatever filters made of it. */
const holdsSecret = ({ loopsOverSecrets }: Run, { secrets, locals }: Uses): boolean =>
  secrets.size > 0 || (loopsOverSecrets && locals.size > 0);

const writeIf =
  ({ condition }: IfPiece, body: Emit, otherwise: Emit): Emit =>
  (run) => {
    run.offset = condition.offset;
    spend(run, 1);
    if (isTrue(run, condition.evaluate(run))) body(run);
    else otherwise(run);
  };

const writeFor = (piece: ForPiece, body: Emit, otherwise: Emit): Emit => {
  const { list, itemSlots, loopSlot } = piece;
  const [firstSlot = loopSlot, secondSlot] = itemSlots;
  return (run) => {
    run.offset = list.offset;
    const items = readItems(run, list.evaluate(run), secondSlot !== undefined);
    const { loopsOverSecrets } = run;
    run.loopsOverSecrets ||= list.uses.secrets.size > 0;
    items.forEach((item, index) => {
      spend(run, 1);
      if (secondSlot === undefined) run.locals[firstSlot] = item as Value;
      else [run.locals[firstSlot], run.locals[secondSlot]] = item as [Value, Value];
      run.locals[loopSlot] = loopOf(index, items.length);
      body(run);
      if (run.out.length > maxTextLength) throw tooLong(run);
    });
    run.loopsOverSecrets = loopsOverSecrets;
    if (items.length === 0) otherwise(run);
  };
};

/** What a body sees of its loop. */
const loopOf = (index0: number, length: number): Value => ({
  index: index0 + 1,
  index0,
  first: index0 === 0,
  last: index0 === length - 1,
  length,
});

/** Items, or pairs when the loop has two names: an object's keys and values, or an array's pairs. */
const readItems = (run: Run, value: Value, isPairs: boolean): readonly unknown[] => {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) {
    spendOn(run, value.length);
    if (isPairs && !value.every(Array.isArray)) throw notAList(run);
    return value;
  }
  if (!isPairs || typeof value !== 'object' || isNumberDecimal(value)) throw notAList(run);
  const record = value as Readonly<Record<string, ColumnValue>>;
  const keys = Object.keys(record);
  spendOn(run, keys.length);
  return keys.map((key) => [toRowKey(key), record[key]]);
};

const notAList = (run: Run): Error =>
  fault(
    run,
    'RENDER_NOT_A_LIST',
    'a loop with one name needs an array, one with two names an object or an array of pairs',
  );
