import { afterEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../../../test/support/index.js';
import { type Poller, startPoller } from './poller.js';

const pollers: Poller[] = [];
afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.close()));
});

const start: typeof startPoller = (options) => {
  const poller = startPoller(options);
  pollers.push(poller);
  return poller;
};

const hour = 3_600_000;
const never = (fault: unknown): void => {
  throw fault;
};

describe('a poller', () => {
  it('runs its first round at once, and the next when it is woken', async () => {
    let rounds = 0;
    const poller = start({ everyMs: hour, run: async () => void rounds++, onFault: never });
    await waitUntil(() => rounds === 1, { what: 'the first round' });
    poller.wake();
    await waitUntil(() => rounds === 2, { what: 'the second round' });
  });

  it('never runs two rounds at a time, and runs once more after a round in which it was woken many times', async () => {
    let running = 0;
    let rounds = 0;
    const open: (() => void)[] = [];
    const run = async (): Promise<void> => {
      rounds += 1;
      running += 1;
      expect(running).toBe(1);
      await new Promise<void>((resolve) => open.push(resolve));
      running -= 1;
    };
    const poller = start({ everyMs: hour, run, onFault: never });
    for (let n = 0; n < 5; n++) poller.wake();
    open[0]?.();
    await waitUntil(() => rounds === 2, { what: 'the second round' });
    open[1]?.();
    await waitUntil(() => running === 0, { what: 'the end of the second round' });
    expect(rounds).toBe(2);
  });

  it('goes on after a round that failed, and tells of it', async () => {
    let rounds = 0;
    const faults: unknown[] = [];
    const run = async (): Promise<void> => {
      rounds += 1;
      if (rounds === 1) throw new Error('away');
    };
    start({ everyMs: 5, run, onFault: (fault) => faults.push(fault) });
    await waitUntil(() => rounds >= 3, { what: 'further rounds' });
    expect(faults).toHaveLength(1);
  });

  it('closes only after the round in progress', async () => {
    let done = false;
    let finish: () => void = () => {};
    const run = async (): Promise<void> => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      done = true;
    };
    const closing = start({ everyMs: 5, run, onFault: never }).close();
    finish();
    await closing;
    expect(done).toBe(true);
  });
});
