import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.js';

const culprit = new Error('bad value');

/** Writes that end when the test says so. */
const openWrites = (maxBatch?: number) => {
  const batches: string[][] = [];
  const ends: { succeed(): void; fail(error: Error): void }[] = [];
  const group = new GroupCommit<string, string>({
    write: (items) => {
      batches.push([...items]);
      return new Promise((resolve, reject) => {
        ends.push({ succeed: () => resolve(items.map((item) => `${item}!`)), fail: reject });
      });
    },
    isOneItemsFault: (error) => error === culprit,
    ...(maxBatch === undefined ? {} : { maxBatch }),
  });
  const nextWrite = async () => {
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return ends.shift() as { succeed(): void; fail(error: Error): void };
  };
  return { batches, group, nextWrite };
};

describe('group commit', () => {
  it('writes together what gathered while the last write was under way, and gives each its own result', async () => {
    const { batches, group, nextWrite } = openWrites();
    const first = group.submit('a');
    const write = await nextWrite();
    const rest = Promise.all(['b', 'c', 'd'].map((item) => group.submit(item)));
    write.succeed();
    (await nextWrite()).succeed();
    expect([await first, ...(await rest)]).toEqual(['a!', 'b!', 'c!', 'd!']);
    expect(batches).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('writes no more than its bound at a time', async () => {
    const { batches, group, nextWrite } = openWrites(2);
    const all = Promise.all(['a', 'b', 'c'].map((item) => group.submit(item)));
    (await nextWrite()).succeed();
    (await nextWrite()).succeed();
    await all;
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  it('rejects all members of a write that failed, and goes on with the next', async () => {
    const { group, nextWrite } = openWrites();
    const failed = Promise.allSettled(['a', 'b'].map((item) => group.submit(item)));
    (await nextWrite()).fail(new Error('connection lost'));
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const next = group.submit('c');
    (await nextWrite()).succeed();
    expect(await next).toBe('c!');
  });

  it('fails only the culprit when one value is at fault', async () => {
    const { group, nextWrite } = openWrites();
    const settled = Promise.allSettled(['a', 'bad', 'c'].map((item) => group.submit(item)));
    (await nextWrite()).fail(culprit);
    (await nextWrite()).succeed();
    (await nextWrite()).fail(culprit);
    (await nextWrite()).succeed();
    expect(await settled).toEqual([
      { status: 'fulfilled', value: 'a!' },
      { status: 'rejected', reason: culprit },
      { status: 'fulfilled', value: 'c!' },
    ]);
  });

  it('is drained when everything submitted has its result', async () => {
    const { group, nextWrite } = openWrites();
    await group.drain();
    const results: string[] = [];
    void group.submit('a').then((result) => results.push(result));
    const drained = group.drain().then(() => results.length);
    const write = await nextWrite();
    void group.submit('b').then((result) => results.push(result));
    write.succeed();
    (await nextWrite()).succeed();
    expect(await drained).toBe(2);
  });
});
