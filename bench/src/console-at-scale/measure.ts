/** Times reads and prints them beside their limits. */

export interface Read {
  readonly name: string;
  readonly limitMs: number;
  /** `round` counts from 0, so that a read may ask for something else each time. */
  readonly ask: (round: number) => Promise<unknown>;
}

/** A page or a list. */
export const listLimitMs = 200;
/** A search for an entity. */
export const searchLimitMs = 50;

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

const row = (name: string, ...numbers: readonly (number | string)[]): string =>
  [name.padEnd(64), ...numbers.map((each) => (typeof each === 'number' ? each.toFixed(1) : each).padStart(9))].join(
    ' ',
  );

/** Prints a line for each; how many medians are over their limits. */
export const measure = async (title: string, reads: readonly Read[], rounds: number): Promise<number> => {
  console.log(`\n${row(title, 'median ms', 'max', 'limit')}`);
  let over = 0;
  for (const { name, limitMs, ask } of reads) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await ask(round);
      times.push(performance.now() - began);
    }
    times.sort((one, other) => one - other);
    const isOver = median(times) > limitMs;
    if (isOver) over += 1;
    console.log(row(name, median(times), times.at(-1) ?? Number.NaN, limitMs) + (isOver ? '  OVER' : ''));
  }
  return over;
};
