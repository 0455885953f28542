/** Several gates on one Redis stand for as many worker processes. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRedis, waitUntil } from '../../../../test/support/index.js';
import { Gate, GateClosed } from './gate.js';
import { type LaneLimits, openGateState, type Word } from './gate-state.js';
import type { Permit } from './permit.js';

let redis: Redis;
const gates: Gate[] = [];

beforeEach(async () => {
  redis = new Redis(await createTestRedis());
});

afterEach(() => {
  for (const gate of gates.splice(0)) gate.close();
  redis.disconnect();
});

const openGate = (limits: LaneLimits = {}, laneId = 1): Gate => {
  const gate = new Gate(openGateState(redis, laneId), limits);
  gates.push(gate);
  return gate;
};

const soon = (): number => Date.now() + 10_000;

/** When it left, by the clock of the process, and how it was told. */
const send = async (gate: Gate, { word = { kind: 'good' }, cost = 1 }: { word?: Word; cost?: number } = {}) => {
  const permit = await gate.enter(cost);
  expect(await permit.arrive(soon())).toBe(true);
  const at = performance.now();
  const stop = await permit.tell(word);
  return { at, stop, isProbe: permit.isProbe };
};

/** `each` messages through each gate at once, in the order in which they left. */
const sendMany = async (from: readonly Gate[], each: number, cost = 1): Promise<number[]> => {
  const sent = from.flatMap((gate) => Array.from({ length: each }, () => send(gate, { cost })));
  return (await Promise.all(sent)).map(({ at }) => at).sort((one, other) => one - other);
};

/** The most that left within any second. */
const worstSecond = (times: readonly number[]): number => {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= 1_000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
};

describe('a lane with a rate', () => {
  it('sends no more in any second, through however many processes', async () => {
    const three = [1, 2, 3].map(() => openGate({ ratePerSecond: 20 }));
    expect(worstSecond(await sendMany(three, 27))).toBeLessThanOrEqual(20);
  });

  it('counts a message of three segments as three', async () => {
    const two = [1, 2].map(() => openGate({ ratePerSecond: 60 }));
    const times = await sendMany(two, 20, 3);
    expect(worstSecond(times)).toBeLessThanOrEqual(20);
  });

  it('follows a change of its rate at once, though much waits', async () => {
    const gate = openGate({ ratePerSecond: 0.5 });
    const first = await send(gate);
    const rest = sendMany([gate], 20);
    gate.setLimits({ ratePerSecond: 200 });
    const times = await rest;
    expect((times[0] ?? 0) - first.at).toBeLessThan(1_000);
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(500);
  });

  it('gives the turn of a run that had no use for it to the next one', async () => {
    const gate = openGate({ ratePerSecond: 10 });
    await send(gate);
    const startedAt = performance.now();
    for (let n = 0; n < 10; n++) {
      const [unused, next] = [gate.enter(1), gate.enter(1)];
      (await unused).giveBack();
      expect(await (await next).arrive(soon())).toBe(true);
      await (await next).tell({ kind: 'good' });
    }
    expect(performance.now() - startedAt).toBeLessThan(10 * 103 + 500);
  });

  it('keeps what it had given out when Redis forgets', async () => {
    const gate = openGate({ ratePerSecond: 2 });
    const first = await send(gate);
    await redis.flushdb();
    const second = await send(gate);
    expect(second.at - first.at).toBeGreaterThan(495);
  });
});

describe('a lane whose state nobody knows', () => {
  it('sends one alone, and many once that is answered', async () => {
    const [one, other] = [openGate(), openGate()];
    const probe = await one.enter(1);
    expect(probe.isProbe).toBe(true);
    const followers = [one.enter(1), other.enter(1), other.enter(1)];
    const first = await Promise.race([...followers.map((each) => each.then(() => 'one')), pause(300, 'nobody')]);
    expect(first).toBe('nobody');
    await probe.tell({ kind: 'good' });
    expect((await Promise.all(followers)).map(({ isProbe }) => isProbe)).toEqual([false, false, false]);
  });

  it('lets the next one try when nothing can be said', async () => {
    const [one, other] = [openGate(), openGate()];
    await (await one.enter(1)).tell({ kind: 'unclear' });
    const second = await other.enter(1);
    expect(second.isProbe).toBe(true);
    second.giveBack();
    expect((await one.enter(1)).isProbe).toBe(true);
  });

  it('lets the next one try of those that wait when the first has no use for it', async () => {
    const gate = openGate();
    const [first, second] = [gate.enter(1), gate.enter(1)];
    (await first).giveBack();
    expect((await second).isProbe).toBe(true);
  });

  it('sends one in all when its credentials are wrong, and one more each time it is let go on', async () => {
    const [one, other] = [openGate(), openGate()];
    const waiting = [one, other, one, other].map((gate) => gate.enter(1));
    const probe = await Promise.race(waiting);
    expect(await probe.tell({ kind: 'fault' })).toMatchObject({ backoffMs: 2_000 });
    expect(await Promise.race([...others(waiting, probe), pause(500, 'nobody')])).toBe('nobody');
  });
});

describe('a lane that was told to slow down', () => {
  it('rests as long as it was asked to, then tries with one, through all processes', async () => {
    const two = [openGate({ ratePerSecond: 50 }), openGate({ ratePerSecond: 50 })] as const;
    await send(two[0]);
    const { at, stop } = await send(two[0], { word: { kind: 'throttled', retryAfterMs: 1_500 } });
    expect(stop).toMatchObject({ backoffMs: 1_500, slowed: { pace: 25, ceiling: 50 } });
    const permits = [two[0].enter(1), two[1].enter(1)];
    const probe = await Promise.race(permits);
    expect(performance.now() - at).toBeGreaterThan(1_490);
    expect(probe.isProbe).toBe(true);
    expect(await Promise.race([...others(permits, probe), pause(200, 'nobody')])).toBe('nobody');
  });

  it('rests twice as long and slows down again while its tries are throttled, but not for what had left before', async () => {
    const gate = openGate({ ratePerSecond: 100 });
    await send(gate);
    const early = [await gate.enter(1), await gate.enter(1)] as const;
    const told = (permit: Permit) => permit.tell({ kind: 'throttled' });
    expect(await told(early[0])).toMatchObject({ backoffMs: 1_000, slowed: { pace: 50 } });
    expect(await told(early[1])).toBeUndefined();
    const again = await send(gate, { word: { kind: 'throttled' } });
    expect(again).toMatchObject({ isProbe: true, stop: { backoffMs: 2_000 } });
    expect(again.stop?.slowed?.pace).toBeLessThan(30);
  });

  it('heeds the longest rest of those that it was asked for at once', async () => {
    const gate = openGate({ ratePerSecond: 100 });
    await send(gate);
    const [one, other] = [await gate.enter(1), await gate.enter(1)];
    await one.tell({ kind: 'throttled' });
    expect(await other.tell({ kind: 'throttled', retryAfterMs: 60_000 })).toEqual({ backoffMs: 60_000 });
  });

  it('grows back to its rate', async () => {
    const limits = { ratePerSecond: 40, slowed: { pace: 5, forMs: 4_000, ceiling: 40 } };
    const gate = openGate({ ...limits, readAt: performance.now() });
    await send(gate); // The trial: its pace grows from here.
    const times = await sendMany([gate], 100);
    const within = (fromMs: number, toMs: number): number =>
      times.filter((time) => time - (times[0] ?? 0) >= fromMs && time - (times[0] ?? 0) < toMs).length;
    expect(within(0, 1_000)).toBeLessThan(within(2_000, 3_000));
    expect(worstSecond(times)).toBeLessThanOrEqual(40);
  });

  it('has a pace for a while where it had no rate', async () => {
    const gate = openGate();
    await send(gate);
    await sendMany([gate], 200);
    const { stop } = await send(gate, { word: { kind: 'throttled' } });
    const { pace = 0, ceiling = 0 } = stop?.slowed ?? {};
    expect([pace, ceiling]).toEqual([ceiling / 2, ceiling]);
    expect(ceiling).toBeGreaterThan(100);
  });

  it('rests on when Redis forgets, as the ledger remembers', async () => {
    const gate = openGate({ backoffMs: 1_000, readAt: performance.now() });
    const startedAt = performance.now();
    await send(gate);
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });
});

describe('a lane whose receiver is away', () => {
  const unreachable: Word = { kind: 'unreachable' };

  it('goes on after a failure or two, and rests after five in a row', async () => {
    const gate = openGate();
    await send(gate);
    for (let n = 0; n < 4; n++) expect((await send(gate, { word: unreachable })).stop).toBeUndefined();
    await send(gate);
    for (let n = 0; n < 4; n++) expect((await send(gate, { word: unreachable })).stop).toBeUndefined();
    expect((await send(gate, { word: unreachable })).stop).toEqual({ backoffMs: 1_000 });
  });

  it('tries with one, and rests longer each time', async () => {
    const gate = openGate();
    expect(await send(gate, { word: unreachable })).toMatchObject({ isProbe: true, stop: { backoffMs: 1_000 } });
    expect(await send(gate, { word: unreachable })).toMatchObject({ isProbe: true, stop: { backoffMs: 2_000 } });
  });
});

describe('a gate that closes', () => {
  it('sends away who waits, and lets nobody leave who was late for a slot', async () => {
    const gate = openGate({ ratePerSecond: 1 });
    await send(gate);
    const waits = [gate.enter(1), gate.enter(1)].map((entered) => entered.catch((fault: Error) => fault));
    await waitUntil(() => gate.waiting === 2, { what: 'two to wait' });
    gate.close();
    for (const fault of await Promise.all(waits)) expect(fault).toBeInstanceOf(GateClosed);
    await expect(gate.enter(1)).rejects.toBeInstanceOf(GateClosed);
  });

  it('lets another process try in its stead', async () => {
    const [one, other] = [openGate(), openGate()];
    (await one.enter(1)).giveBack();
    one.close();
    expect((await other.enter(1)).isProbe).toBe(true);
  });
});

const others = <Value>(all: readonly Promise<Value>[], first: Value): Promise<string>[] =>
  all.map(async (each) => ((await each) === first ? new Promise<string>(() => {}) : 'one'));

const pause = (ms: number, value: string): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(value), ms);
  });
