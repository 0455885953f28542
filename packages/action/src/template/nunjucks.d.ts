/** What we use of nunjucks 3.2.4, which is not part of its published types: the lexer and the parser, nothing that runs. */
declare module 'nunjucks/src/lexer.js' {
  interface Tokenizer {
    /** `null` at the end. Throws on `#}` without its beginning and on a comment without its end. */
    nextToken(): { type: string; value: unknown; lineno: number; colno: number } | null;
    /** Offset of the next token; past the end after a string that is never closed. */
    readonly index: number;
    readonly in_code: boolean;
  }
  const lexer: { lex(source: string): Tokenizer };
  export = lexer;
}

declare module 'nunjucks/src/parser.js' {
  interface TokenSource {
    readonly tags: { readonly VARIABLE_START: string; readonly VARIABLE_END: string; readonly COMMENT_START: string };
    nextToken(): unknown;
  }
  const parser: { Parser: new (tokens: TokenSource) => { parseAsRoot(): unknown } };
  export = parser;
}
