/** The first comment of a task file, and what comes after it: the file stays valid SQL. */
import { type Problem, ProblemsError } from '@quailrunner/domain';

export interface SettingsComment {
  readonly yaml: string;
  /** Where the YAML begins in the file, as an offset. */
  readonly yamlAt: number;
  readonly predicate: string;
  readonly predicateAt: number;
}

/** A byte order mark, white space and line comments may stand before the settings. */
const before = /^\u{feff}?(?:\s|--[^\n]*(?:\n|$))*/u;

export const findSettingsComment = (text: string, path: string): SettingsComment => {
  const open = before.exec(text)?.[0].length ?? 0;
  if (!text.startsWith('/*', open)) throw new ProblemsError([noComment(text, open, path)]);
  const close = endOfComment(text, open);
  if (close === undefined) throw new ProblemsError([unclosed(text, open, path)]);
  const rest = text.slice(close);
  const predicateAt = close + (/^[ \t]*\r?\n?/.exec(rest)?.[0].length ?? 0);
  return { yaml: text.slice(open + 2, close - 2), yamlAt: open + 2, predicate: text.slice(predicateAt), predicateAt };
};

/** Behind the closing sign: block comments nest in PostgreSQL. */
const endOfComment = (text: string, open: number): number | undefined => {
  const signs = /\/\*|\*\//g;
  signs.lastIndex = open;
  let depth = 0;
  for (let sign = signs.exec(text); sign !== null; sign = signs.exec(text)) {
    depth += sign[0] === '/*' ? 1 : -1;
    if (depth === 0) return sign.index + 2;
  }
  return undefined;
};

/** 1-based line and column of an offset. */
export const placeAt = (text: string, offset: number): { line: number; column: number } => {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
};

const noComment = (text: string, at: number, path: string): Problem => ({
  code: 'TASK_NO_SETTINGS',
  message: 'a task file begins with its settings, in a comment: /* name: …, action: … */',
  mend: 'put the settings before the SQL; examples/ has a file to start from',
  where: path,
  ...placeAt(text, at),
});

const unclosed = (text: string, at: number, path: string): Problem => ({
  code: 'TASK_SETTINGS_UNCLOSED',
  message: 'the comment of settings never ends',
  mend: 'close it with */ before the SQL; a /* within it needs a */ of its own',
  where: path,
  ...placeAt(text, at),
});
