/** The little that must be known of SQL to part the settings from the predicate: comments, and what only looks like one. */

/** Strings, quoted names, dollar quotes, line comments: where a comment's sign is none. */
const opaque =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[A-Za-z_]\w*)?\$)[\s\S]*?\1|--[^\n]*/y;

/** Behind the closing sign of the comment that opens at `open`, as PostgreSQL finds it: block comments nest. */
export const endOfComment = (text: string, open: number): number | undefined => {
  const signs = /\/\*|\*\//g;
  signs.lastIndex = open;
  let depth = 0;
  for (let sign = signs.exec(text); sign !== null; sign = signs.exec(text)) {
    depth += sign[0] === '/*' ? 1 : -1;
    if (depth === 0) return sign.index + 2;
  }
  return undefined;
};

/** Offset of the first closing sign that closes nothing. */
export const findStrayClose = (sql: string): number | undefined => {
  for (let at = 0; at < sql.length; at = next(sql, at)) if (sql.startsWith('*/', at)) return at;
  return undefined;
};

/** Whether there is nothing but white space, comments and semicolons. */
export const isBlank = (sql: string): boolean => {
  for (let at = 0; at < sql.length; at = next(sql, at)) {
    if (!/[\s;]/.test(sql.charAt(at)) && !sql.startsWith('/*', at) && !sql.startsWith('--', at)) return false;
  }
  return true;
};

/** Where the next token may begin. */
const next = (sql: string, at: number): number => {
  if (sql.startsWith('/*', at)) return endOfComment(sql, at) ?? sql.length;
  opaque.lastIndex = at;
  return at + (opaque.exec(sql)?.[0].length ?? 1);
};

/** 1-based line and column of an offset. */
export const placeAt = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
};
