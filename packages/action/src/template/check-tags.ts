/**
 * Tags → the tags that nunjucks' parser may see. Names what people bring along from other template languages (Go,
 * Handlebars) and what nunjucks could do but a template here may not, and takes the leading dot off `{{.column}}`.
 */
import { nearest } from '@quailrunner/domain';
import { checkBalance } from './check-balance.js';
import { type Part, report } from './part.js';
import type { Item, Tag, Token } from './tokens.js';

const blockWords = new Set(['if', 'elif', 'elseif', 'else', 'endif', 'for', 'endfor']);
const refusedWords = new Set(
  'asyncAll asyncEach block call extends filter from ifAsync import include macro raw set switch verbatim'.split(' '),
);

/** What begins an action in Go's templates. */
const goWords = new Set(
  'if else end range with template define block printf print len index eq ne lt gt not and or'.split(' '),
);
const goBlockWords = new Map([
  ['if', 'write conditions as {% if column %} … {% endif %}'],
  ['else', 'write {% else %}'],
  ['end', 'write {% endif %} or {% endfor %}'],
  ['range', 'write loops as {% for item in column %} … {% endfor %}'],
  ['with', 'write conditions as {% if column %} … {% endif %}'],
]);

const identifier = /^[\p{L}_][\p{L}\p{N}_$]*$/u;

/** All tags as the parser may read them; `undefined` when one was reported. */
export const checkTags = (
  part: Part,
  items: readonly Item[],
  columns: ReadonlySet<string> | undefined,
): Item[] | undefined => {
  const known = part.problems.length;
  const checked = items.map((item) => (item.kind === 'data' ? item : checkTag(part, item, columns)));
  if (part.problems.length === known) checkBalance(part, items);
  return part.problems.length === known ? checked : undefined;
};

const checkTag = (part: Part, tag: Tag, columns: ReadonlySet<string> | undefined): Tag => {
  const known = part.problems.length;
  if (tag.kind === 'block') checkWord(part, tag);
  else checkForeign(part, tag, columns);
  if (part.problems.length > known) return tag;
  const tokens = dropLeadingDots(part, tag);
  for (const token of tokens) checkToken(part, token);
  return { ...tag, tokens };
};

const checkWord = (part: Part, { offset, tokens }: Tag): void => {
  const word = String(tokens[0]?.value ?? '');
  if (blockWords.has(word)) return;
  const refused = refusedWords.has(word.replace(/^end/, ''));
  const near = nearest(word, blockWords);
  report(part, tokens[0]?.offset ?? offset, {
    code: refused ? 'TEMPLATE_NOT_ALLOWED' : 'TEMPLATE_UNKNOWN_TAG',
    message: refused ? `{% ${word} %} isn't allowed in an action` : `unknown tag {% ${word} %}`,
    mend:
      !refused && near !== undefined
        ? `did you mean {% ${near} %}?`
        : 'the tags are if, elif, else, endif, for, endfor',
  });
};

const checkForeign = (part: Part, { offset, tokens }: Tag, columns: ReadonlySet<string> | undefined): void => {
  const [first, second] = tokens;
  if (first === undefined) {
    const mend = 'name a column: {{.column}}';
    report(part, offset, { code: 'TEMPLATE_SYNTAX', message: 'this tag is empty', mend });
  } else if (first.value === '#' || (first.value === '/' && second?.type === 'symbol')) {
    const mend = 'write {% if column %} … {% endif %} or {% for item in column %} … {% endfor %}';
    report(part, offset, { code: 'TEMPLATE_SYNTAX', message: 'this is the form of another template language', mend });
  } else if (first.type === 'left-curly' && first.offset === offset + 2) {
    report(part, offset, { code: 'TEMPLATE_SYNTAX', message: 'a tag has two braces', mend: 'write {{.column}}' });
  } else if (isGoAction(tokens, columns)) {
    const word = String(first.value);
    report(part, offset, {
      code: 'TEMPLATE_GO_SYNTAX',
      message: `{{${word}}} is the form of Go's templates`,
      mend:
        goBlockWords.get(word) ??
        'only the {{.column}} of Go is understood; write conditions as {% if column %} and changes as {{ column | filter }}',
    });
  }
};

/** `{{if .x}}`, `{{end}}`, `{{printf "%s" .x}}`; not a column that happens to be called `end`, nor `{{ index | upper }}`. */
const isGoAction = ([first, second]: readonly Token[], columns: ReadonlySet<string> | undefined): boolean => {
  if (first?.type !== 'symbol' || !goWords.has(String(first.value)) || columns?.has(String(first.value))) return false;
  if (second === undefined) return goBlockWords.has(String(first.value));
  return second.type === 'symbol' || second.type === 'string' || (second.value === '.' && second.offset > endOf(first));
};

const endOf = ({ offset, value }: Token): number => offset + String(value).length;

/** Words after which an operand stands. */
const operandAfter = new Set(['if', 'elif', 'elseif', 'else', 'in', 'and', 'or', 'not', 'is']);
const operatorTypes = new Set(['operator', 'left-paren', 'left-bracket', 'comma', 'tilde', 'colon']);

const dropLeadingDots = (part: Part, tag: Tag): Token[] => {
  const kept: Token[] = [];
  tag.tokens.forEach((token, index) => {
    if (token.value !== '.' || token.type !== 'operator' || !startsOperand(tag, index)) {
      kept.push(token);
    } else if (tag.tokens[index + 1]?.type !== 'symbol') {
      const mend = 'write {{.column}}';
      report(part, token.offset, {
        code: 'TEMPLATE_SYNTAX',
        message: "a column's name is missing after this dot",
        mend,
      });
    }
  });
  return kept;
};

/** Whether an operand may begin at this token, so that a dot there is Go's and not a path's. */
const startsOperand = ({ tokens }: Tag, index: number): boolean => {
  const before = tokens[index - 1];
  if (before === undefined) return true;
  if (before.type === 'symbol') return operandAfter.has(String(before.value)) && tokens[index - 2]?.value !== '.';
  return operatorTypes.has(before.type);
};

const checkToken = (part: Part, { type, value, offset }: Token): void => {
  if (type === 'regex') {
    const mend = 'the filter replace takes plain text; a division needs spaces around its /';
    report(part, offset, { code: 'TEMPLATE_NOT_ALLOWED', message: "regular expressions aren't allowed", mend });
  } else if (type === 'symbol' && !identifier.test(String(value))) {
    const mend = String(value).includes('\\')
      ? 'quotes inside of a tag need no backslash'
      : 'a name has letters, digits and _; give the column another name in the predicate: SELECT … AS name';
    report(part, offset, { code: 'TEMPLATE_SYNTAX', message: `"${value}" is no name`, mend });
  }
};
