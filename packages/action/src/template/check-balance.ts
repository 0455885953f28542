/** Whether each `{% if %}` and `{% for %}` is closed, and each `{% else %}` continues something. */
import { type Part, report } from './part.js';
import type { Item, Tag } from './tokens.js';

interface Open {
  readonly word: 'if' | 'for';
  readonly tag: Tag;
  hasElse: boolean;
}

export const checkBalance = (part: Part, items: readonly Item[]): void => {
  const open: Open[] = [];
  for (const tag of items) {
    if (tag.kind !== 'block') continue;
    const word = String(tag.tokens[0]?.value);
    if (word === 'if' || word === 'for') {
      open.push({ word, tag, hasElse: false });
    } else if (!fits(word, open.at(-1))) {
      reportStray(part, tag, word);
      return;
    } else if (word.startsWith('end')) {
      open.pop();
    }
  }
  for (const { word, tag } of open) {
    report(part, tag.offset, {
      code: 'TEMPLATE_UNCLOSED_TAG',
      message: `this {% ${word} %} is never closed`,
      mend: `close it with {% end${word} %}`,
    });
  }
};

/** Whether the word may stand inside of the innermost open tag. */
const fits = (word: string, innermost: Open | undefined): boolean => {
  if (innermost === undefined) return false;
  if (word.startsWith('end')) return word === `end${innermost.word}`;
  if (innermost.hasElse) return false;
  innermost.hasElse = word === 'else';
  return word === 'else' || innermost.word === 'if';
};

const reportStray = (part: Part, tag: Tag, word: string): void =>
  report(part, tag.offset, {
    code: 'TEMPLATE_SYNTAX',
    message: `{% ${word} %} closes or continues nothing here`,
    mend: 'each {% if %} ends with {% endif %}, each {% for %} with {% endfor %}, the inner one first',
  });
