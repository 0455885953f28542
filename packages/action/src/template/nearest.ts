/** The word of `words` that somebody who wrote `word` most likely meant; `undefined` when none is near. */
export const nearest = (word: string, words: Iterable<string>): string | undefined => {
  const wanted = fold(word);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
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

/** Levenshtein's distance, row by row. */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};
