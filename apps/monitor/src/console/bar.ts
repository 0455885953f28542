/** Parts of a bar, side by side: how many runs each stands for, and its share. */
import { formatCount } from './words.js';

export interface Placed {
  readonly count: string;
  /** Of the bar, in percent. */
  readonly from: number;
  readonly width: number;
}

export const placeParts = <Part extends { readonly runs: number }>(
  parts: readonly Part[],
  total: number,
): (Omit<Part, 'runs'> & Placed)[] => {
  let before = 0;
  return parts.map(({ runs, ...part }) => {
    const placed = { count: formatCount(runs), from: percent(before, total), width: percent(runs, total) };
    before += runs;
    return { ...part, ...placed };
  });
};

const percent = (runs: number, total: number): number => Math.round((runs / total) * 100_000) / 1_000;
