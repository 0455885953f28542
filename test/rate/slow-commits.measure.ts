/** A gate whose messages take long to be committed: no turn of the lane is lost by it. Two gates stand for two workers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { Gate } from '../../packages/queue/src/gate/gate.js';
import { openGateState } from '../../packages/queue/src/gate/gate-state.js';
import { createTestRedis } from '../support/index.js';

const commitMs = 120;

it.each([
  { ratePerSecond: 20, forMs: 10_000, hands: 8 },
  { ratePerSecond: 1, forMs: 20_000, hands: 2 },
])('at $ratePerSecond/s', async ({ ratePerSecond, forMs, hands }) => {
  const redis = new Redis(await createTestRedis());
  const gates = [1, 2].map(() => new Gate(openGateState(redis, 1), { ratePerSecond }));
  const times: number[] = [];
  const endsAt = performance.now() + forMs;
  const hand = async (gate: Gate): Promise<void> => {
    while (performance.now() < endsAt) {
      const permit = await gate.enter(1);
      await sleep(commitMs);
      expect(await permit.arrive(Date.now() + 10_000)).toBe(true);
      times.push(performance.now());
      await permit.tell({ kind: 'good' });
    }
  };
  await Promise.all(gates.flatMap((gate) => Array.from({ length: hands }, () => hand(gate))));
  for (const gate of gates) gate.close();
  redis.disconnect();
  times.sort((one, other) => one - other);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  const share = (times.length - 1) / seconds / ratePerSecond;
  process.stdout.write(
    `${ratePerSecond}/s with commits of ${commitMs} ms: ${(share * 100).toFixed(0)} % of the rate\n`,
  );
  const gaps = times.slice(ratePerSecond).map((time, n) => time - (times[n] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  expect(share).toBeGreaterThan(0.85);
});
