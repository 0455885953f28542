/** A storm of 429 with a Retry-After: what goes out within each rest, and how soon the full rate is back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers } from '../support/tasks.js';
import { busiestSecond, readArrivals, within } from './arrivals.js';
import { applyTask, count, readAnswers, startWorkers, sumOf } from './crew.js';

const rate = 20;
const retryAfterMs = 3_000;

/** When each POST was answered, as well as asking every 20 ms can tell. */
const watchAnswers = (stage: Stage, forMs: number): Promise<number[]> => {
  const times: number[] = [];
  const watch = async (): Promise<number[]> => {
    const until = Date.now() + forMs;
    for (let seen = sumOf(await readAnswers(stage)); Date.now() < until; await sleep(20)) {
      const answered = sumOf(await readAnswers(stage));
      for (; seen < answered; seen += 1) times.push(Date.now());
    }
    return times;
  };
  return watch();
};

it('rests as long as it is told, tries once, spends no attempt, and is back at its rate soon after', async () => {
  const stage = await openStage();
  try {
    await stage.source.query(createUsers(2_000));
    await applyTask(stage, { name: 'offer', settings: `rate: ${rate}/s` });
    startWorkers(stage, 3);
    stage.start(['scheduler']);
    while ((await stage.sent()).total < 40) await sleep(100);
    await stage.faults({ code: 20429, status: 429, retryAfter: retryAfterMs / 1_000 });
    await sleep(1_000);
    const refused = await watchAnswers(stage, 12_000);
    await stage.faults();
    const endedAt = Date.now();
    await sleep(15_000);
    const since = Date.now();
    await sleep(10_000);
    const back = within(await readArrivals(stage), since, 10_000);
    process.stdout.write(
      `${refused.length} tries in 12 s of throttles; ${back.length} messages in 10 s, 15 s after its end; ` +
        `first again after ${((await readArrivals(stage)).find(({ at }) => at > endedAt)?.at ?? 0) - endedAt} ms\n`,
    );
    for (const [n, at] of refused.entries())
      expect(at - (refused[n - 1] ?? 0)).toBeGreaterThanOrEqual(retryAfterMs - 100);
    expect(refused.length).toBeLessThanOrEqual(12_000 / retryAfterMs + 1);
    expect(refused.length).toBeGreaterThan(0);
    expect(back.length).toBeGreaterThanOrEqual(0.95 * rate * 10);
    expect(busiestSecond(back)).toBeLessThanOrEqual(rate);
    expect(await count(stage, 'runs where attempts > 1')).toBe(0);
    expect(await count(stage, `attempts where verdict = 'throttled'`)).toBeGreaterThan(0);
    expect(await count(stage, `runs where attempts > 0 and state <> 'completed' and state <> 'sending'`)).toBe(0);
  } finally {
    await stage.close();
  }
}, 120_000);
