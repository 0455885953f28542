/** The YAML of a task file, with every mistake at its place, and with what YAML would drop without a word. */
import { type Problem, ProblemsError } from '@quailrunner/domain';
import { isAlias, isNode, isScalar, type Node, parseDocument, type Scalar, visit, type YAMLError } from 'yaml';
import type { SettingsComment } from './settings-comment.js';
import { placeAt } from './sql-text.js';
import type { PlacedYaml } from './yaml-places.js';

/** Every scalar is text, as written: a header `1.10` or `0123` keeps its digits. Throws ProblemsError. */
export const readYaml = (
  text: string,
  { yaml, yamlAt }: Pick<SettingsComment, 'yaml' | 'yamlAt'>,
  path: string,
): PlacedYaml => {
  const document = parseDocument(yaml, { prettyErrors: false, schema: 'failsafe', logLevel: 'error' });
  const placed: PlacedYaml = { text, yamlAt, document };
  const found = document.errors.length > 0 ? onePerLine(document.errors.map(toFound), yaml) : findDropped(placed);
  if (found.length === 0) return placed;
  throw new ProblemsError(
    found.map(({ at, ...said }) => ({ code: 'TASK_YAML', ...said, where: path, ...placeAt(text, yamlAt + at) })),
  );
};

interface Found extends Pick<Problem, 'message' | 'mend'> {
  /** Offset in the YAML. */
  readonly at: number;
}

const quoteIt = 'put the text in quotes, or below its name in a block: |';

const colon = { message: 'a ": " within text makes settings of it', mend: quoteIt };

/** In our words, where YAML's own would puzzle. */
const words: Readonly<Record<string, Pick<Problem, 'message' | 'mend'>>> = {
  BLOCK_AS_IMPLICIT_KEY: colon,
  MULTILINE_IMPLICIT_KEY: colon,
  BAD_SCALAR_START: { message: "text can't begin with this sign", mend: quoteIt },
  BAD_DQ_ESCAPE: {
    message: 'there is no such escape within double quotes',
    mend: 'write \\\\ for a backslash, or use single quotes, in which it stands for itself',
  },
  DUPLICATE_KEY: { message: 'this setting is there twice', mend: 'keep one of the two' },
  MULTIPLE_DOCS: { message: 'there is more than one YAML document', mend: 'leave out the line ---' },
  TAB_AS_INDENT: { message: 'a tab indents here', mend: 'indent with spaces' },
};

const toFound = ({ code, message, pos }: YAMLError): Found => ({
  at: pos[0],
  ...(words[code] ?? wordsFor(message)),
});

const wordsFor = (message: string): Pick<Problem, 'message' | 'mend'> => {
  if (/^Missing closing ["']quote/.test(message)) {
    return { message: 'a quote is opened and never closed', mend: "close it; in single quotes, ' is written ''" };
  }
  if (message === 'Unexpected scalar at node end') {
    return { message: 'text goes on behind the end of a value', mend: quoteIt };
  }
  return { message: `this is no YAML: ${message}`, mend: 'check quotes, brackets and indentation' };
};

/** What follows from one mistake is often reported as another in the same line. */
const onePerLine = (found: readonly Found[], yaml: string): Found[] => {
  const lines = new Set<number>();
  return found.filter(({ at }) => {
    const { line } = placeAt(yaml, at);
    return !lines.has(line) && lines.add(line);
  });
};

/** `&Body=…`, `*bold*`, `!now` and ` # 1` are signs of YAML's, and would be taken out of the text silently. */
const findDropped = ({ document, text, yamlAt }: PlacedYaml): Found[] => {
  const found: Found[] = [];
  visit(document, {
    Node: (_, node) => {
      const said = markOf(node);
      if (said !== undefined && isNode(node))
        found.push({ at: signAt(node, text.slice(yamlAt)), message: said, mend: quoteIt });
    },
  });
  const action: unknown = document.get('action', true);
  if (isNode(action)) {
    visit(action, {
      Scalar: (key, node) => {
        const at = key === 'key' ? undefined : cutAt(node, text.slice(yamlAt));
        if (at !== undefined)
          found.push({ at, message: cutText, mend: 'put the text in quotes, or the comment on a line of its own' });
      },
    });
  }
  return found;
};

const cutText = 'a " #" begins a comment: the text would end before it';

const markOf = (node: Node): string | undefined => {
  if (isAlias(node)) return 'a * at the start means a repetition in YAML';
  if (node.anchor !== undefined) return 'a & at the start is a mark in YAML and no part of the text';
  return node.tag?.startsWith('!') ? 'a ! at the start is a mark in YAML and no part of the text' : undefined;
};

/** The range of a node begins behind its mark. */
const signAt = (node: Node, yaml: string): number => {
  const start = node.range?.[0] ?? 0;
  return isAlias(node) ? start : Math.max(yaml.lastIndexOf('&', start - 1), yaml.lastIndexOf('!', start - 1));
};

const cutAt = (node: Scalar, yaml: string): number | undefined => {
  if (!isScalar(node) || node.type !== 'PLAIN' || !node.comment || !node.range) return undefined;
  const gap = /^[ \t]*#/.exec(yaml.slice(node.range[1]))?.[0];
  return gap === undefined ? undefined : node.range[1] + gap.length - 1;
};
