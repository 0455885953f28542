/** Fails with the lines themselves, where vitest's own message would only count them. */
export const expectNone = (what: string, lines: readonly string[]): void => {
  if (lines.length > 0) throw new Error(`${what}: ${lines.join('\n')}`);
};
