/**
 * Group commit: what gathered while the last write was under way is the next write. One write is under way at a time, so a
 * busy process makes few and large ones and an idle process makes each at once; nobody waits for a timer.
 */
export interface GroupCommitOptions<Item, Result> {
  /** Writes all of them or none, and tells each one's result, in order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** True when one item's own value is at fault: each is then written alone, so that only the culprit fails. */
  readonly isOneItemsFault: (error: unknown) => boolean;
  /** 500 unless set. */
  readonly maxBatch?: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit<Item, Result> {
  readonly #options: Required<GroupCommitOptions<Item, Result>>;
  #gathered: Waiting<Item, Result>[] = [];
  /** Settles when nothing is gathered or under way any more. */
  #writing: Promise<void> | undefined;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = { maxBatch: 500, ...options };
  }

  /** The item's own result, once it is committed. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ item, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Settles when all that was submitted so far has its result. */
  async drain(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What is submitted in the same turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#gathered.length > 0) {
      const batch = this.#gathered.splice(0, this.#options.maxBatch);
      await this.#writeBatch(batch);
    }
    this.#writing = undefined;
  }

  async #writeBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.write(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length > 1 && this.#options.isOneItemsFault(error)) {
        for (const member of batch) await this.#writeBatch([member]);
      } else {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}
