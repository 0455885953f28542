/**
 * The nodes of nunjucks' syntax tree that a template may use: every other `typename` is refused. `colno` is the node's
 * offset in its part, because that is what our tokens tell the parser (see tokens.ts).
 */
interface At {
  readonly colno: number;
}

interface Binary extends At {
  readonly left: Expression;
  readonly right: Expression;
}

export interface Literal extends At {
  readonly typename: 'Literal';
  readonly value: string | number | boolean | null;
}

export interface SymbolNode extends At {
  readonly typename: 'Symbol';
  readonly value: string;
}

export interface LookupVal extends At {
  readonly typename: 'LookupVal';
  readonly target: Expression;
  readonly val: Expression;
}

export interface ArrayNode extends At {
  readonly typename: 'Array';
  readonly children: readonly Expression[];
}

export interface Group extends At {
  readonly typename: 'Group';
  readonly children: readonly Expression[];
}

export interface InlineIf extends At {
  readonly typename: 'InlineIf';
  readonly cond: Expression;
  readonly body: Expression;
  readonly else_: Expression | null;
}

export interface Compare extends At {
  readonly typename: 'Compare';
  readonly expr: Expression;
  readonly ops: readonly { readonly expr: Expression; readonly type: string }[];
}

export interface Logical extends Binary {
  readonly typename: 'And' | 'Or';
}

export interface Membership extends Binary {
  readonly typename: 'In';
}

export interface Test extends Binary {
  readonly typename: 'Is';
}

export interface Arithmetic extends Binary {
  readonly typename: 'Add' | 'Sub' | 'Mul' | 'Div' | 'FloorDiv' | 'Mod' | 'Pow' | 'Concat';
}

export interface Unary extends At {
  readonly typename: 'Not' | 'Neg' | 'Pos';
  readonly target: Expression;
}

/** `args.children[0]` is the value that is filtered. */
export interface Filter extends At {
  readonly typename: 'Filter';
  readonly name: SymbolNode;
  readonly args: { readonly children: readonly (Expression | KeywordArgs)[] };
}

export interface KeywordArgs extends At {
  readonly typename: 'KeywordArgs';
  readonly children: readonly { readonly key: Expression; readonly value: Expression }[];
}

export type Expression =
  | Literal
  | SymbolNode
  | LookupVal
  | ArrayNode
  | Group
  | InlineIf
  | Compare
  | Logical
  | Membership
  | Test
  | Arithmetic
  | Unary
  | Filter;

export interface TemplateData extends At {
  readonly typename: 'TemplateData';
  readonly value: string;
}

export interface NodeList extends At {
  readonly typename: 'NodeList' | 'Root';
  readonly children: readonly Statement[];
}

/** One child: literal text or an expression. */
export interface Output extends At {
  readonly typename: 'Output';
  readonly children: readonly (TemplateData | Expression)[];
}

export interface If extends At {
  readonly typename: 'If';
  readonly cond: Expression;
  readonly body: NodeList;
  /** `elif` is an If of its own. */
  readonly else_: NodeList | If | null;
}

export interface For extends At {
  readonly typename: 'For';
  readonly arr: Expression;
  readonly name: SymbolNode | { readonly typename: 'Array'; readonly children: readonly Expression[] };
  readonly body: NodeList;
  readonly else_: NodeList | null;
}

export type Statement = Output | If | For;
