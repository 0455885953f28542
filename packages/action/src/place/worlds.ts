/**
 * The ways through a template that are worth a look: all its conditions true, all false, and each one alone. The same
 * condition is the same everywhere in a world, `not x` is its contrary, and `x` equals one text at most.
 */
import type { Compare, Expression } from '../template/nodes.js';
import type { Piece } from '../template/pieces.js';

/** What a loop's body sees of it, in one round. */
export type Loop = Readonly<Record<string, number | boolean>>;

export interface World {
  readonly holds: (condition: Expression, loop: Loop | undefined) => boolean;
}

/** A condition that can be true or false by itself: `subject` is a list, a column … and has the value, or is true. */
interface Leaf {
  readonly subject: string;
  readonly value: string;
}

const maxWorlds = 64;
const truth = '(true)';

export const readWorlds = (pieces: readonly Piece[]): World[] => {
  const leaves = unique(readConditions(pieces).flatMap(readLeaves));
  if (leaves.length === 0) return [openWorld([])];
  return [leaves, [], ...leaves.map((leaf) => [leaf])].slice(0, maxWorlds).map(openWorld);
};

const maxWays = 128;

/** The worlds, and one for each branch, however deep it is, so that its text is read. */
export const readWays = (pieces: readonly Piece[]): World[] =>
  [...readWorlds(pieces), ...readBranches(pieces, [], []).map(openWorld)].slice(0, maxWays);

/** For each branch the leaves that lead to it. */
const readBranches = (pieces: readonly Piece[], held: readonly Leaf[], unheld: readonly Leaf[]): Leaf[][] =>
  pieces.flatMap((piece) => {
    if (piece.kind === 'text' || piece.kind === 'output') return [];
    const { node } = piece.kind === 'if' ? piece.condition : piece.list;
    return [true, false].flatMap((wanted) => {
      const isHeld = wanted === isPositive(node);
      const here = isHeld ? [...held, ...readLeaves(node)] : held;
      const away = isHeld ? unheld : [...unheld, ...readLeaves(node)];
      const leads = here.filter((leaf) => !away.some((other) => isSame(leaf, other)));
      return [leads, ...readBranches(wanted ? piece.body : piece.otherwise, here, away)];
    });
  });

/** Whether it holds where its leaves do. */
const isPositive = (node: Expression): boolean => {
  if (node.typename === 'Not') return !isPositive(node.target);
  if (node.typename === 'Group' && node.children[0]) return isPositive(node.children[0]);
  return contraryOf(node) === undefined;
};

const isSame = (a: Leaf, b: Leaf): boolean => a.subject === b.subject && a.value === b.value;

const openWorld = (leaves: readonly Leaf[]): World => {
  const values = new Map<string, string>();
  for (const { subject, value } of leaves) if (!values.has(subject)) values.set(subject, value);
  const holds = (node: Expression, loop: Loop | undefined): boolean => {
    const known = loop && readLoop(node, loop);
    if (known !== undefined) return known;
    if (node.typename === 'Not') return !holds(node.target, loop);
    if (node.typename === 'And') return holds(node.left, loop) && holds(node.right, loop);
    if (node.typename === 'Or') return holds(node.left, loop) || holds(node.right, loop);
    if (node.typename === 'Group' && node.children[0]) return holds(node.children[0], loop);
    if (node.typename === 'Literal') return Boolean(node.value);
    if (node.typename === 'Array') return node.children.length > 0;
    const equal = contraryOf(node);
    if (equal !== undefined) return !holds(equal, loop);
    const { subject, value } = leafOf(node);
    return value === truth ? values.has(subject) : values.get(subject) === value;
  };
  return { holds };
};

const readConditions = (pieces: readonly Piece[]): Expression[] =>
  pieces.flatMap((piece) => {
    if (piece.kind === 'text' || piece.kind === 'output') return [];
    const { node } = piece.kind === 'if' ? piece.condition : piece.list;
    return [node, ...readConditions(piece.body), ...readConditions(piece.otherwise)];
  });

const readLeaves = (node: Expression): Leaf[] => {
  switch (node.typename) {
    case 'Not':
      return readLeaves(node.target);
    case 'And':
    case 'Or':
      return [...readLeaves(node.left), ...readLeaves(node.right)];
    case 'Group':
      return node.children.flatMap(readLeaves);
    case 'Literal':
    case 'Array':
      return [];
    default:
      return [leafOf(node)];
  }
};

const leafOf = (node: Expression): Leaf => {
  const equal = contraryOf(node);
  if (equal !== undefined) return leafOf(equal);
  const [op] = node.typename === 'Compare' && node.ops.length === 1 ? node.ops : [];
  const isEquality = op !== undefined && /^==/.test(op.type) && op.expr.typename === 'Literal';
  if (node.typename === 'Compare' && isEquality) return { subject: keyOf(node.expr), value: keyOf(op.expr) };
  return { subject: keyOf(node), value: truth };
};

/** `a == b` for `a != b`. */
const contraryOf = (node: Expression): Compare | undefined => {
  if (node.typename !== 'Compare' || node.ops.length !== 1 || !node.ops[0]?.type.startsWith('!')) return undefined;
  return { ...node, typename: 'Compare', ops: node.ops.map((op) => ({ ...op, type: '==' })) };
};

/** The condition as text, without its place. */
const keyOf = (node: Expression): string =>
  JSON.stringify(node, (key, value) => {
    if (key === 'colno' || key === 'lineno') return undefined;
    return typeof value?.typename === 'string' ? { typename: value.typename, ...value } : value;
  });

const unique = (leaves: readonly Leaf[]): Leaf[] => [
  ...new Map(leaves.map((leaf) => [`${leaf.subject} ${leaf.value}`, leaf])).values(),
];

/** `loop.last` and `loop.index > 1` are known in each round. */
const readLoop = (node: Expression, loop: Loop): boolean | undefined => {
  const value = loopValue(node, loop);
  if (value !== undefined) return Boolean(value);
  const [op] = node.typename === 'Compare' && node.ops.length === 1 ? node.ops : [];
  if (op === undefined || node.typename !== 'Compare') return undefined;
  const [left, right] = [
    loopValue(node.expr, loop),
    op.expr.typename === 'Literal' ? op.expr.value : loopValue(op.expr, loop),
  ];
  if (left === undefined || typeof right !== 'number') return undefined;
  return compareNumbers(Number(left), op.type, right);
};

const loopValue = (node: Expression, loop: Loop): number | boolean | undefined => {
  if (node.typename !== 'LookupVal' || node.target.typename !== 'Symbol' || node.target.value !== 'loop')
    return undefined;
  const key = node.val.typename === 'Literal' ? String(node.val.value) : '';
  return Object.hasOwn(loop, key) ? loop[key] : undefined;
};

const compareNumbers = (left: number, operator: string, right: number): boolean => {
  const order = Math.sign(left - right);
  if (operator.startsWith('!=')) return order !== 0;
  if (operator.startsWith('==')) return order === 0;
  return operator.startsWith('<')
    ? order < 0 || (order === 0 && operator === '<=')
    : order > 0 || (order === 0 && operator === '>=');
};
