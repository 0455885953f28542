/** Why a run or an attempt stands as it stands. */
import type { CodeTable } from '@quailrunner/twilio';

/** A code, what it means and what was said, each once. */
export const sayWhy = (code: string | undefined, reason: string | undefined, codes: CodeTable): string[] => {
  const meaning = meaningOf(code, codes);
  const [first, second] = meaning === undefined || meaning === reason ? [reason] : [meaning, reason];
  return [[code, first].filter(Boolean).join(': '), second ?? ''].filter((text) => text !== '');
};

/** Of a code of Twilio's. */
export const meaningOf = (code: string | undefined, codes: CodeTable): string | undefined =>
  code !== undefined && /^\d+$/.test(code) ? codes.get(Number(code))?.meaning || undefined : undefined;
