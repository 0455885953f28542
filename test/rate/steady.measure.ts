/** Two lanes over three workers, one of which is killed and replaced midway: measured at the receiver, by its clock. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage } from '../support/stage.js';
import { createUsers } from '../support/tasks.js';
import { type Arrival, busiestSecond, countSegments, readArrivals, within } from './arrivals.js';
import { applyTask, startWorkers, untilUp } from './crew.js';

const minuteMs = 60_000;
const lanes = [
  { from: '+15005550006', rate: 20, settings: 'rate: 20/s', body: 'Hello!' },
  // A long code's own rate: nobody has set one.
  { from: '+15005550010', rate: 1, settings: 'rate: 60/min', body: 'Hello!' },
  { from: '+15005550011', rate: 20, settings: 'rate: 20/s', body: `Three segments ${'a'.repeat(310)}` },
];

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const formatLine = (name: string, arrivals: readonly Arrival[], rate: number): string => {
  const segments = countSegments(arrivals);
  const share = ((segments / (rate * 60)) * 100).toFixed(1);
  return `${name.padEnd(16)}${String(rate).padStart(6)}/s${String(segments).padStart(8)} in a minute${share.padStart(8)} %   busiest second ${busiestSecond(arrivals)}`;
};

it('keeps each rate in every second, and uses nearly all of it, while a worker is killed and another one comes', async () => {
  const stage = await openStage();
  try {
    await stage.source.query(createUsers(2_000));
    for (const [n, { from, settings, body }] of lanes.entries()) {
      await applyTask(stage, { name: `lane-${n}`, settings, body: `From=${from}&To={{.phone_number}}&Body=${body}` });
    }
    const [first] = startWorkers(stage, 3);
    stage.start(['scheduler']);
    const isSending = async () => {
      const arrivals = await readArrivals(stage);
      return lanes.every(({ from }) => arrivals.some((arrival) => arrival.from === from));
    };
    await waitUntil(isSending, { what: 'all lanes to send', timeoutMs: 60_000 });
    await sleep(1_000);
    const since = Date.now();
    await sleep(20_000);
    await first?.stop('SIGKILL');
    await sleep(20_000);
    await untilUp(startWorkers(stage, 1));
    await sleep(Math.max(0, since + minuteMs + 500 - Date.now()));
    const arrivals = await readArrivals(stage);
    const measured = lanes.map((lane) => ({
      ...lane,
      arrivals: within(
        arrivals.filter(({ from }) => from === lane.from),
        since,
        minuteMs,
      ),
    }));
    for (const { rate, body, arrivals } of measured) tell(formatLine(body.slice(0, 14), arrivals, rate));
    for (const { rate, body, arrivals } of measured) {
      // A message of several segments is in its second as a whole: it may end there one message early.
      const segments = arrivals[0]?.segments ?? 1;
      expect([body, busiestSecond(arrivals)]).toEqual([
        body,
        expect.toSatisfy((most: number) => most <= rate + segments - 1),
      ]);
      expect(countSegments(arrivals)).toBeGreaterThanOrEqual(0.95 * rate * 60);
    }
  } finally {
    await stage.close();
  }
}, 180_000);
