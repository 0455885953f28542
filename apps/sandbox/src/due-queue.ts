/**
 * What is to be done later, in the order in which it falls due; at the same moment, in the order in which it came. A binary
 * heap: thousands wait at the price of one timer, which the owner holds.
 */
export interface DueQueue<Item> {
  readonly size: number;
  /** When the first one falls due; Infinity when none waits. */
  readonly firstDueAt: number;
  add(item: Item, dueAt: number): void;
  /** Takes the first one out when it is due by `now`. */
  takeDue(now: number): Due<Item> | undefined;
  clear(): void;
}

export interface Due<Item> {
  readonly item: Item;
  readonly dueAt: number;
}

interface Entry<Item> extends Due<Item> {
  readonly sequence: number;
}

export const openDueQueue = <Item>(): DueQueue<Item> => {
  const heap: Entry<Item>[] = [];
  let sequence = 0;
  return {
    get size() {
      return heap.length;
    },
    get firstDueAt() {
      return heap[0]?.dueAt ?? Number.POSITIVE_INFINITY;
    },
    add: (item, dueAt) => {
      sequence += 1;
      rise(heap, { item, dueAt, sequence });
    },
    takeDue: (now) => {
      const first = heap[0];
      if (first === undefined || first.dueAt > now) return undefined;
      const last = heap.pop() as Entry<Item>;
      if (heap.length > 0) sink(heap, last);
      return first;
    },
    clear: () => {
      heap.length = 0;
    },
  };
};

const isBefore = (one: Entry<unknown>, other: Entry<unknown>): boolean =>
  one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.sequence < other.sequence);

/** Puts an entry at the end and lets it change places with its parents for as long as it comes before them. */
const rise = <Item>(heap: Entry<Item>[], entry: Entry<Item>): void => {
  let place = heap.length;
  while (place > 0) {
    const above = (place - 1) >> 1;
    const parent = heap[above] as Entry<Item>;
    if (!isBefore(entry, parent)) break;
    heap[place] = parent;
    place = above;
  }
  heap[place] = entry;
};

/** Puts an entry at the top and lets it change places with the first of its children for as long as one comes before it. */
const sink = <Item>(heap: Entry<Item>[], entry: Entry<Item>): void => {
  let place = 0;
  for (let below = 1; below < heap.length; below = place * 2 + 1) {
    const [left, right] = [heap[below] as Entry<Item>, heap[below + 1]];
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, entry)) break;
    heap[place] = child;
    place = isRight ? below + 1 : below;
  }
  heap[place] = entry;
};
