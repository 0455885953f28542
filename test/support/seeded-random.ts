/** Randomness that a seed repeats: who saw something break can see it break again. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** From `low` to `high`, both among them; whole. */
  whole(low: number, high: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** mulberry32 (Tommy Ettinger, public domain). */
export const openSeededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return { next, whole, pick: (items) => items[whole(0, items.length - 1)] as never };
};
