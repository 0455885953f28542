/** Where in a task file a setting stands, and where in its text a line and column of its value are. */
import { type Document, isMap, isNode, isScalar } from 'yaml';
import { offsetInSource } from './align-scalar.js';
import { placeAt } from './sql-text.js';

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

/** Where line and column of a text setting's value are in the file. */
export const placeInValue = (yaml: PlacedYaml, path: Path, { line, column }: Place): Place => {
  const { text, yamlAt, document } = yaml;
  const node = document.getIn(path, true);
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return placeOfKey(yaml, path);
  const [start, end] = [yamlAt + node.range[0], yamlAt + node.range[1]];
  const scalar = { type: node.type, value: node.value };
  return placeAt(text, start + offsetInSource(text.slice(start, end), scalar, offsetOf(node.value, { line, column })));
};

/** The opposite of `placeAt`. */
const offsetOf = (text: string, { line, column }: Place): number => {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
};
