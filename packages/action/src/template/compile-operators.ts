/** Operators and conditions → closures. */
import type { Arithmetic, ArrayNode, Compare, Group, InlineIf, Logical, Membership, Test, Unary } from './nodes.js';
import { arithmetic, comparisons, isIn, negate, tests } from './operators.js';
import type { Evaluate, Value } from './run.js';
import { type Compile, refuse, type Scope } from './scope.js';
import { isTrue } from './values.js';

export const compileLogical = (node: Logical, compile: Compile): Evaluate => {
  const [left, right, stopsAt] = [compile(node.left), compile(node.right), node.typename === 'Or'];
  return (run) => {
    const value = left(run);
    return isTrue(run, value) === stopsAt ? value : right(run);
  };
};

export const compileArithmetic = (node: Arithmetic, compile: Compile): Evaluate => {
  const [left, right, operate] = [compile(node.left), compile(node.right), arithmetic[node.typename]];
  return (run) => operate(run, left(run), right(run));
};

export const compileMembership = (node: Membership, compile: Compile): Evaluate => {
  const [left, right] = [compile(node.left), compile(node.right)];
  return (run) => isIn(run, left(run), right(run));
};

export const compileUnary = ({ typename, target }: Unary, compile: Compile): Evaluate => {
  const operand = compile(target);
  if (typename === 'Not') return (run) => !isTrue(run, operand(run));
  return typename === 'Neg' ? (run) => negate(run, operand(run)) : operand;
};

/** `a < b < c` is `a < b and b < c`. */
export const compileCompare = (node: Compare, compile: Compile): Evaluate => {
  const first = compile(node.expr);
  const rest = node.ops.map(({ expr, type }) => ({ operand: compile(expr), holds: comparisons.get(type) }));
  return (run) => {
    let left = first(run);
    for (const { operand, holds } of rest) {
      const right = operand(run);
      if (!holds?.(run, left, right)) return false;
      left = right;
    }
    return true;
  };
};

/** `is defined`, `is none`. */
export const compileTest = (node: Test, compile: Compile, scope: Scope): Evaluate => {
  const name =
    node.right.typename === 'Literal' ? String(node.right.value) : node.right.typename === 'Symbol' && node.right.value;
  const test = name === false ? undefined : tests.get(name);
  const value = compile(node.left);
  if (test !== undefined) return (run) => test(run, value(run));
  const mend = `the tests are: ${[...tests.keys()].join(', ')}`;
  return refuse(scope, node.right, { code: 'TEMPLATE_UNKNOWN_TEST', message: 'there is no such test', mend });
};

export const compileInlineIf = (node: InlineIf, compile: Compile): Evaluate => {
  const [condition, body] = [compile(node.cond), compile(node.body)];
  const otherwise = node.else_ ? compile(node.else_) : () => '';
  return (run) => (isTrue(run, condition(run)) ? body(run) : otherwise(run));
};

export const compileArray = (node: ArrayNode, compile: Compile): Evaluate => {
  const items = node.children.map(compile);
  return (run) => items.map((item) => item(run) ?? null) as Value;
};

export const compileGroup = (node: Group, compile: Compile, scope: Scope): Evaluate => {
  const [only, second] = node.children;
  if (only !== undefined && second === undefined) return compile(only);
  return refuse(scope, node, { code: 'TEMPLATE_SYNTAX', message: 'one expression belongs in these parentheses' });
};
