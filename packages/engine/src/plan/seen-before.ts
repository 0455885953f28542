/**
 * Whether a text came before, for millions of texts in eight bytes each: 53 bits of a hash, so that of a million different
 * ones, once in ten thousand times, one is taken for another.
 */
export const openSeenBefore = (): ((text: string) => boolean) => {
  let slots = new Float64Array(1 << 12);
  let used = 0;
  const place = (hash: number): number => {
    let at = hash % slots.length;
    while (slots[at] !== 0 && slots[at] !== hash) at = (at + 1) % slots.length;
    return at;
  };
  const grow = (): void => {
    const old = slots;
    slots = new Float64Array(old.length * 2);
    for (const hash of old) if (hash !== 0) slots[place(hash)] = hash;
  };
  return (text) => {
    const hash = hashOf(text);
    const at = place(hash);
    if (slots[at] === hash) return true;
    slots[at] = hash;
    used += 1;
    if (used * 2 > slots.length) grow();
    return false;
  };
};

/** FNV-1a (Fowler, Noll, Vo) from two starts, put together to a number from 1 to 2^53 - 1. */
const hashOf = (text: string): number => {
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13);
  }
  return ((high >>> 0) % 0x1fffff) * 0x1_0000_0000 + (low >>> 0) || 1;
};
