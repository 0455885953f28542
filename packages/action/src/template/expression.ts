/**
 * Expressions → closures. Only the node types of this table can be compiled; names reach columns, loop variables and
 * secrets, and nothing else. No code is generated.
 */
import { compileFilter } from './compile-filter.js';
import { compileLookup, compileName } from './compile-names.js';
import {
  compileArithmetic,
  compileArray,
  compileCompare,
  compileGroup,
  compileInlineIf,
  compileLogical,
  compileMembership,
  compileTest,
  compileUnary,
} from './compile-operators.js';
import type { Expression, Literal } from './nodes.js';
import type { Evaluate } from './run.js';
import { type Compile, refuse, type Scope } from './scope.js';

const maxDepth = 64;

type Compiler<Name> = (node: Extract<Expression, { typename: Name }>, compile: Compile, scope: Scope) => Evaluate;

const compileLiteral = ({ value }: Literal): Evaluate => {
  return () => value;
};

const compilers: { readonly [Name in Expression['typename']]: Compiler<Name> } = {
  Literal: compileLiteral,
  Symbol: compileName,
  LookupVal: compileLookup,
  Filter: compileFilter,
  InlineIf: compileInlineIf,
  Compare: compileCompare,
  Is: compileTest,
  In: compileMembership,
  And: compileLogical,
  Or: compileLogical,
  Not: compileUnary,
  Neg: compileUnary,
  Pos: compileUnary,
  Array: compileArray,
  Group: compileGroup,
  Add: compileArithmetic,
  Sub: compileArithmetic,
  Mul: compileArithmetic,
  Div: compileArithmetic,
  FloorDiv: compileArithmetic,
  Mod: compileArithmetic,
  Pow: compileArithmetic,
  Concat: compileArithmetic,
};

export const compileExpression = (node: Expression, scope: Scope): Evaluate => {
  if (!Object.hasOwn(compilers, node.typename)) return refuseNode(node, scope);
  if (scope.depth >= maxDepth) {
    return refuse(scope, node, { code: 'TEMPLATE_TOO_DEEP', message: 'the template is nested too deeply' });
  }
  const inner = { ...scope, depth: scope.depth + 1 };
  const compiler = compilers[node.typename] as Compiler<string>;
  return compiler(node as never, (child) => compileExpression(child, inner), inner);
};

/** A node that nunjucks knows and this table doesn't: calls, objects, and whatever else its parser may bring. */
const refuseNode = (
  node: Expression | { readonly typename: string; readonly colno: number },
  scope: Scope,
): Evaluate =>
  node.typename === 'FunCall'
    ? refuse(scope, node, {
        code: 'TEMPLATE_NOT_ALLOWED',
        message: "a template can't call functions",
        mend: 'use a filter: {{ column | upper }}',
      })
    : refuse(scope, node, { code: 'TEMPLATE_NOT_ALLOWED', message: "this isn't allowed in a template" });
