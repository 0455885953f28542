import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../test/support/wait-until.js';
import { type Poller, startPoller } from './index.js';

let poller: Poller | undefined;
afterEach(() => poller?.close());

const turn = () => new Promise(setImmediate);
const never = 3_600_000;

/** Work that ends only when the test lets it. */
const openWork = () => {
  const work = { runs: 0, atATime: 0, most: 0, finish: () => {} };
  const run = async () => {
    work.runs++;
    work.most = Math.max(work.most, ++work.atATime);
    await new Promise<void>((resolve) => {
      work.finish = resolve;
    });
    work.atATime--;
  };
  return { work, run };
};

const start = (everyMs: number, run: () => Promise<unknown>, faults: unknown[] = []) => {
  poller = startPoller({ everyMs, run, onFault: (fault) => faults.push(fault) });
  return poller;
};

describe('a poller', () => {
  it('runs at once, and again and again', async () => {
    let runs = 0;
    start(1, async () => runs++);
    await waitUntil(() => runs >= 5, { what: 'five runs' });
  });

  it('lets its run use what its caller assigns', async () => {
    let runs = 0;
    const self = start(never, async () => {
      if (runs++ === 0) self.wake();
    });
    await waitUntil(() => runs === 2, { what: 'the run it woke itself for' });
  });

  it('wakes early', async () => {
    let runs = 0;
    const { wake } = start(never, async () => runs++);
    await waitUntil(() => runs === 1, { what: 'the first run' });
    wake();
    await waitUntil(() => runs === 2, { what: 'the second run' });
  });

  it('never overlaps itself, and runs once more for any number of calls meanwhile', async () => {
    const { work, run } = openWork();
    const { wake } = start(never, run);
    await waitUntil(() => work.runs === 1, { what: 'the first run' });
    for (let call = 0; call < 10; call++) wake();
    await turn();
    expect(work.runs).toBe(1);
    work.finish();
    await waitUntil(() => work.runs === 2, { what: 'the run that was asked for' });
    work.finish();
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(work).toMatchObject({ runs: 2, most: 1 });
  });

  it('goes on after faults, in growing pauses', async () => {
    const faults: unknown[] = [];
    const at: number[] = [];
    start(
      2,
      async () => {
        at.push(performance.now());
        if (at.length <= 5) throw new Error(`${at.length}`);
      },
      faults,
    );
    await waitUntil(() => at.length >= 8, { what: 'runs after the faults' });
    expect(faults.map((fault) => (fault as Error).message)).toEqual(['1', '2', '3', '4', '5']);
    const pauses = at.slice(1, 6).map((time, index) => time - (at[index] ?? 0));
    for (const [index, atLeast] of [4, 8, 16, 32, 64].entries()) expect(pauses[index]).toBeGreaterThan(atLeast - 2);
  });

  it('is not hurried by a call after a fault', async () => {
    const faults: unknown[] = [];
    let runs = 0;
    const run = () => {
      runs++;
      throw new Error('thrown at once');
    };
    const { wake } = start(never, run, faults);
    await waitUntil(() => faults.length === 1, { what: 'the fault' });
    for (let turns = 0; turns < 5; turns++) {
      wake();
      await turn();
    }
    expect(runs).toBe(1);
  });

  it('closes when its run has ended, and runs no more', async () => {
    const { work, run } = openWork();
    const { wake, close } = start(1, run);
    await waitUntil(() => work.runs === 1, { what: 'the first run' });
    let isClosed = false;
    const closed = close().then(() => {
      isClosed = true;
    });
    await turn();
    expect(isClosed).toBe(false);
    wake();
    work.finish();
    await closed;
    wake();
    for (let turns = 0; turns < 5; turns++) await turn();
    expect(work).toMatchObject({ runs: 1, atATime: 0 });
  });

  it('that is closed at once never runs', async () => {
    let runs = 0;
    await start(1, async () => runs++).close();
    await turn();
    expect(runs).toBe(0);
  });
});
