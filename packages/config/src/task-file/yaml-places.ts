/** Where in a task file a setting stands, and where in its text a line and column of its value are. */
import { type Document, isMap, isNode, isScalar, type Node, type Scalar } from 'yaml';
import { placeAt } from './settings-comment.js';

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The YAML of a task file within the file's text. */
export interface PlacedYaml {
  readonly text: string;
  readonly yamlAt: number;
  readonly document: Document;
}

type Path = readonly PropertyKey[];

/** The key of the setting at `path`, or of the nearest setting around it. */
export const placeOfKey = (yaml: PlacedYaml, path: Path): Place => {
  const { text, yamlAt, document } = yaml;
  for (let depth = path.length; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth - 1), true);
    const pair = isMap(parent) ? parent.items.find((item) => keyText(item.key) === path[depth - 1]) : undefined;
    const range = isNode(pair?.key) ? pair.key.range : undefined;
    if (range) return placeAt(text, yamlAt + range[0]);
  }
  return placeAt(text, yamlAt);
};

const keyText = (key: unknown): unknown => (isScalar(key) ? String(key.value) : key);

/** Where line and column of a text setting's value are in the file. Exact but for quoted texts with escapes in them. */
export const placeInValue = (yaml: PlacedYaml, path: Path, { line, column }: Place): Place => {
  const node = yaml.document.getIn(path, true);
  if (!isScalar(node) || !(node as Node).range) return placeOfKey(yaml, path);
  const start = placeAt(yaml.text, yaml.yamlAt + (node as Scalar & { range: [number, number, number] }).range[0]);
  if (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return inBlock(yaml.text, start, { line, column });
  const quote = node.type === 'PLAIN' ? 0 : 1;
  return line === 1
    ? { line: start.line, column: start.column + quote + column - 1 }
    : { line: start.line + line - 1, column };
};

/** A block's text begins on the line after its sign, behind the indentation of its first line that isn't empty. */
const inBlock = (text: string, start: Place, { line, column }: Place): Place => {
  const lines = text.split('\n').slice(start.line);
  const indentation = lines.find((one) => one.trim() !== '')?.search(/\S/) ?? 0;
  return { line: start.line + line, column: indentation + column };
};
