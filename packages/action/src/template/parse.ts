/** Tags → syntax tree, by nunjucks' parser. What it can't read is reported; the tree still holds nodes to be refused. */
import parser from 'nunjucks/src/parser.js';
import { checkTags } from './check-tags.js';
import type { NodeList } from './nodes.js';
import { type Part, report } from './part.js';
import { type Item, readItems, type Token } from './tokens.js';

const forms = 'tags look like {{.column}}, {{ column | filter }}, {% if column %} … {% endif %}';

export const parseTemplate = (part: Part, columns: ReadonlySet<string> | undefined): NodeList | undefined => {
  const read = readItems(part);
  const items = read && checkTags(part, read, columns);
  if (items === undefined) return undefined;
  const source = openTokenSource(toTokens(items));
  try {
    const root = new parser.Parser(source).parseAsRoot() as NodeList;
    const offset = findBroken(root, 0);
    if (offset === undefined) return root;
    report(part, offset, { code: 'TEMPLATE_SYNTAX', message: 'something is missing here', mend: forms });
    return undefined;
  } catch (fault) {
    reportUnread(part, source.last(), fault);
    return undefined;
  }
};

const toTokens = (items: readonly Item[]): Token[] =>
  items.flatMap((item) => {
    if (item.kind === 'data') return [{ type: 'data', value: item.text, offset: item.offset }];
    const isOutput = item.kind === 'output';
    return [
      { type: isOutput ? 'variable-start' : 'block-start', value: isOutput ? '{{' : '{%', offset: item.offset },
      ...item.tokens,
      { type: isOutput ? 'variable-end' : 'block-end', value: isOutput ? '}}' : '%}', offset: item.endOffset },
    ];
  });

/** Hands out tokens as nunjucks' lexer would, with the offset in the place of the column. */
const openTokenSource = (tokens: readonly Token[]) => {
  let next = 0;
  return {
    tags: { VARIABLE_START: '{{', VARIABLE_END: '}}', COMMENT_START: '{#' },
    nextToken: () => {
      const token = tokens[next];
      if (token === undefined) return null;
      next += 1;
      return { type: token.type, value: token.value, lineno: 0, colno: token.offset };
    },
    /** The parser looks one token ahead: the last one that it took is the one it stumbled over. */
    last: () => tokens[Math.max(0, next - 1)],
  };
};

const reportUnread = (part: Part, token: Token | undefined, fault: unknown): void => {
  if (fault instanceof RangeError) {
    report(part, token?.offset ?? 0, { code: 'TEMPLATE_TOO_DEEP', message: 'the template is nested too deeply' });
    return;
  }
  const isEnd = token?.type === 'variable-end' || token?.type === 'block-end';
  report(part, token?.offset ?? 0, {
    code: 'TEMPLATE_SYNTAX',
    message: isEnd ? `something is missing before ${token.value}` : `"${token?.value ?? ''}" isn't understood here`,
    mend: forms,
  });
};

/** For `a[]` or `].b` nunjucks makes a node without its child. Returns the offset of the first such node. */
const findBroken = (node: object, offset: number): number | undefined => {
  const own = 'colno' in node && typeof node.colno === 'number' ? node.colno : offset;
  if ('typename' in node && node.typename === 'Literal') return undefined;
  for (const [key, child] of Object.entries(node)) {
    if (key === 'else_' && child === null) continue;
    if (child === null || child === undefined) return own;
    const broken = typeof child === 'object' ? findBroken(child, own) : undefined;
    if (broken !== undefined) return broken;
  }
  return undefined;
};
