/** The word of `words` that somebody who wrote `word` most likely meant; `undefined` when none is near. */
export const nearest = (word: string, words: Iterable<string>): string | undefined => {
  const wanted = fold(word);
  const limit = wanted.length < 3 ? 0 : Math.max(1, Math.floor(wanted.length / 3));
  let best: { word: string; distance: number } | undefined;
  for (const candidate of words) {
    const distance = editDistance(wanted, fold(candidate));
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { word: candidate, distance };
  }
  return best?.word ?? startingAlike(wanted, words);
};

/** `phoneNumber`, `PHONE_NUMBER` and `phone-number` are the same word for somebody who mistypes. */
const fold = (word: string): string => word.toLowerCase().replaceAll(/[_$-]/g, '').slice(0, 64);

/** `phone` for `phone_number`. */
const startingAlike = (wanted: string, words: Iterable<string>): string | undefined =>
  wanted.length < 3 ? undefined : [...words].find((word) => fold(word).startsWith(wanted));

/** Letters that are wrong, missing, too many or swapped with their neighbour: the "optimal string alignment" distance. */
const editDistance = (a: string, b: string): number => {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : change;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
};
