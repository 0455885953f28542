/**
 * The little that must be known of a predicate's text before PostgreSQL sees it: its first word, and its end, so that it
 * can stand in parentheses. Everything else about SQL is PostgreSQL's own judgement.
 */

/** Strings, quoted names, dollar quotes and line comments: what may hold a `;` that ends nothing. */
const opaque = /'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|--[^\n]*/y;
const escapeString = /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y;
const word = /[A-Za-z_]\w*/y;

interface Token {
  readonly kind: 'opaque' | 'comment' | 'word' | 'other';
  readonly from: number;
  readonly to: number;
}

function* tokens(sql: string): Generator<Token> {
  for (let from = 0; from < sql.length; ) {
    const token = tokenAt(sql, from);
    yield token;
    from = token.to;
  }
}

const tokenAt = (sql: string, from: number): Token => {
  if (sql.startsWith('/*', from)) return { kind: 'comment', from, to: endOfComment(sql, from) };
  const quoted = matchAt(escapeString, sql, from) ?? matchAt(opaque, sql, from);
  if (quoted !== undefined)
    return { kind: quoted.startsWith('--') ? 'comment' : 'opaque', from, to: from + quoted.length };
  const name = matchAt(word, sql, from);
  return name === undefined ? { kind: 'other', from, to: from + 1 } : { kind: 'word', from, to: from + name.length };
};

const matchAt = (pattern: RegExp, sql: string, from: number): string | undefined => {
  pattern.lastIndex = from;
  return pattern.exec(sql)?.[0];
};

/** PostgreSQL's block comments nest. */
const endOfComment = (sql: string, from: number): number => {
  let depth = 0;
  for (let at = from; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) {
      depth++;
      at++;
    } else if (sql.startsWith('*/', at)) {
      depth--;
      at++;
      if (depth === 0) return at + 1;
    }
  }
  return sql.length;
};

/** First word in upper case, behind comments and opening parentheses: `SELECT`, `WITH`, `UPDATE`. */
export const firstWord = (sql: string): string | undefined => {
  for (const { kind, from, to } of tokens(sql)) {
    if (kind === 'word') return sql.slice(from, to).toUpperCase();
    if (kind === 'opaque') return undefined;
  }
  return undefined;
};

/** The predicate without the semicolons at its end, and where a second statement begins, if there is one. */
export const splitStatement = (sql: string): { statement: string; secondAt?: number } => {
  let end: number | undefined;
  for (const { kind, from } of tokens(sql)) {
    if (kind === 'comment' || (kind === 'other' && /\s/.test(sql[from] ?? ''))) continue;
    if (kind === 'other' && sql[from] === ';') end ??= from;
    else if (end !== undefined) return { statement: sql.slice(0, end), secondAt: from };
  }
  return { statement: end === undefined ? sql : sql.slice(0, end) };
};

/** 1-based line and column of an offset. */
export const placeOf = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};
