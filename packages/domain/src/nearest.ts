/** "Did you mean …?": the one of `words` that somebody who wrote `word` most likely meant; `undefined` when none is near. */
export const nearest = (word: string, words: Iterable<string>): string | undefined => {
  const wanted = fold(word);
  const candidates = [...words];
  // Any two letters are near to each other.
  const limit = wanted.length < 3 ? 0 : Math.max(1, Math.floor(wanted.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate));
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word ?? candidates.find((candidate) => beginAlike(wanted, fold(candidate)));
};

/** `phone` for `phone_number`, `retry` for `retries`: two thirds of what was written, and no less than three letters. */
const beginAlike = (wanted: string, candidate: string): boolean =>
  wanted.length >= 3 && candidate.startsWith(wanted.slice(0, Math.max(3, Math.ceil((wanted.length * 2) / 3))));

/** `phoneNumber`, `PHONE_NUMBER` and `phone-number` are the same word for somebody who mistypes. */
const fold = (word: string): string => word.toLowerCase().replaceAll(/[_$-]/g, '').slice(0, 64);

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
const editDistance = (a: string, b: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      const change = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, change, swap));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
};

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
