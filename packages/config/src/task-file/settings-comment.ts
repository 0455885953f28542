/** The first comment of a task file, and what comes after it: the file stays valid SQL. */
import { type Problem, ProblemsError } from '@quailrunner/domain';
import { endOfComment, findStrayClose, placeAt } from './sql-text.js';

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
  if (!text.startsWith('/*', open)) throw problem(noComment, text, open, path);
  const close = endOfComment(text, open);
  if (close === undefined) throw unclosed(text, open, path);
  const stray = findStrayClose(text.slice(close));
  if (stray !== undefined) throw problem(endsTooEarly(placeAt(text, close + stray).line), text, close - 2, path);
  // Behind a sign that has settings on its own line, their indentation begins.
  const yamlAt = open + 2 + (/^[ \t]*(?=\S)/.exec(text.slice(open + 2))?.[0].length ?? 0);
  const predicateAt = close + (/^[ \t]*\r?\n?/.exec(text.slice(close))?.[0].length ?? 0);
  return { yaml: text.slice(yamlAt, close - 2), yamlAt, predicate: text.slice(predicateAt), predicateAt };
};

type Said = Pick<Problem, 'code' | 'message' | 'mend'>;

const problem = (said: Said, text: string, offset: number, path: string): ProblemsError =>
  new ProblemsError([{ ...said, where: path, ...placeAt(text, offset) }]);

const noComment: Said = {
  code: 'TASK_NO_SETTINGS',
  message: 'a task file begins with its settings, in a comment: /* name: …, action: … */',
  mend: 'put the settings before the SQL; examples/ has a file to start from',
};

const howToWriteSigns = 'within the settings, write %2A for the * of a URL, or "\\x2A" in double quotes';

/** The innermost sign is the one that a person didn't mean. */
const unclosed = (text: string, open: number, path: string): ProblemsError => {
  const inner = text.indexOf('/*', open + 2);
  if (inner === -1) {
    const mend = 'close it with */ before the SQL';
    return problem(
      { code: 'TASK_SETTINGS_UNCLOSED', message: 'the comment of settings never ends', mend },
      text,
      open,
      path,
    );
  }
  const message = 'this /* opens a comment within the comment of settings (they nest in SQL), and a */ is missing';
  return problem({ code: 'TASK_SETTINGS_UNCLOSED', message, mend: howToWriteSigns }, text, inner, path);
};

const endsTooEarly = (line: number): Said => ({
  code: 'TASK_SETTINGS_CUT',
  message: `the comment of settings ends here, at its first */, but another */ follows in line ${line}`,
  mend: howToWriteSigns,
});
