/**
 * Template text → pieces: parse, check, compile. Every mistake is reported; `undefined` when the text can't even be read. A
 * refused expression stands in its piece as nothing, so that the rest of the part is still looked at.
 */
import { compileExpression } from './expression.js';
import type { Expression, For, If, NodeList, Output, Statement, SymbolNode, TemplateData } from './nodes.js';
import { parseTemplate } from './parse.js';
import { type Part, report } from './part.js';
import type { ForPiece, IfPiece, Operand, Piece, Template } from './pieces.js';
import { type Names, openUses, refuse, type Scope } from './scope.js';

export const compileTemplate = (part: Part, names: Names): Template | undefined => {
  const root = parseTemplate(part, names.columns);
  if (root === undefined) return undefined;
  const scope: Scope = { part, names, locals: new Map(), nextSlot: 0, loops: 0, depth: 0, uses: openUses() };
  const pieces = compileList(root, scope);
  return {
    pieces,
    isLiteral: pieces.every((piece) => piece.kind === 'text'),
    usesColumns: usesColumns(pieces),
  };
};

const usesColumns = (pieces: readonly Piece[]): boolean =>
  pieces.some((piece) => {
    if (piece.kind === 'text') return false;
    if (piece.kind === 'output') return piece.uses.columns.size > 0;
    const operand = piece.kind === 'if' ? piece.condition : piece.list;
    return operand.uses.columns.size > 0 || usesColumns(piece.body) || usesColumns(piece.otherwise);
  });

/** An `elif` counts as one deeper. */
const maxNesting = 64;
/** A row of three loops over ten items is a thousand rounds. */
const maxLoops = 6;

const compileList = (list: NodeList | If | null, outer: Scope): Piece[] => {
  if (list === null) return [];
  // `elif` is an If where a list stands; it nests no deeper for the reader, but it does for the interpreter.
  const statements: readonly Statement[] = list.typename === 'If' ? [list] : list.children;
  const scope = { ...outer, depth: outer.depth + 1 };
  if (scope.depth <= maxNesting) return statements.flatMap((statement) => compileStatement(statement, scope));
  refuse(scope, statements[0] ?? list, {
    code: 'TEMPLATE_TOO_DEEP',
    message: `conditions and loops are nested deeper than ${maxNesting}`,
  });
  return [];
};

const compileStatement = (statement: Statement, scope: Scope): Piece[] => {
  switch (statement.typename) {
    case 'Output':
      return statement.children.map((child) => compileOutput(statement, child, scope));
    case 'If':
      return [compileIf(statement, scope)];
    case 'For':
      return [compileFor(statement, scope)];
    default:
      refuse(scope, statement, { code: 'TEMPLATE_NOT_ALLOWED', message: "this tag isn't allowed in a template" });
      return [];
  }
};

const compileOutput = (output: Output, child: TemplateData | Expression, scope: Scope): Piece =>
  child.typename === 'TemplateData'
    ? { kind: 'text', text: child.value, offset: child.colno }
    : { kind: 'output', ...compileOperand(child, output.colno, scope) };

const compileOperand = (node: Expression, offset: number, scope: Scope): Operand => {
  const uses = openUses();
  const evaluate = compileExpression(node, { ...scope, uses, depth: 0 });
  return { node, evaluate, uses, offset };
};

const compileIf = (node: If, scope: Scope): IfPiece => ({
  kind: 'if',
  condition: compileOperand(node.cond, node.colno, scope),
  body: compileList(node.body, scope),
  otherwise: compileList(node.else_, scope),
});

const compileFor = (node: For, scope: Scope): ForPiece => {
  if (scope.loops === maxLoops) {
    refuse(scope, node, { code: 'TEMPLATE_TOO_DEEP', message: `loops are nested deeper than ${maxLoops}` });
  }
  const names = readLoopNames(node, scope);
  const locals = new Map(scope.locals);
  for (const [index, name] of names.entries()) locals.set(name, scope.nextSlot + index);
  const loopSlot = scope.nextSlot + names.length;
  locals.set('loop', loopSlot);
  return {
    kind: 'for',
    list: compileOperand(node.arr, node.arr.colno, scope),
    itemSlots: names.map((_, index) => scope.nextSlot + index),
    loopSlot,
    body: compileList(node.body, { ...scope, locals, nextSlot: loopSlot + 1, loops: scope.loops + 1 }),
    otherwise: compileList(node.else_, scope),
  };
};

const readLoopNames = ({ name }: For, scope: Scope): string[] => {
  const nodes: readonly Expression[] = name.typename === 'Array' ? name.children : [name];
  const names = nodes.filter((node): node is SymbolNode => node.typename === 'Symbol').map(({ value }) => value);
  const offset = nodes[0]?.colno ?? 0;
  if (names.length !== nodes.length || names.length > 2) {
    const mend = 'write {% for item in column %} or {% for key, value in column %}';
    report(scope.part, offset, { code: 'TEMPLATE_SYNTAX', message: 'a loop has one or two names', mend });
  }
  const reserved = names.find((each) => each === 'secrets' || each === 'loop');
  if (reserved !== undefined) {
    const message = `"${reserved}" can't be a loop's variable`;
    report(scope.part, offset, { code: 'TEMPLATE_SYNTAX', message, mend: 'give it another name' });
  }
  return names;
};
