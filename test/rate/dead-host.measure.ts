/** A dead host beside a healthy one: the healthy lane's throughput with and without it, in turns. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, everyone } from '../support/tasks.js';
import { readArrivals } from './arrivals.js';
import { applyTask, count, startWorkers, until, untilUp } from './crew.js';

const messages = 4_000;
const rounds = 4;

const service = `MG${'0'.repeat(32)}`;

/** Takes connections and never answers: what a dead host does at its worst. */
const openDeadHost = async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
};

const webhook = (name: string, port: number): string => `/*
name: ${name}
every: 1s
action: { url: "http://127.0.0.1:${port}/hook", headers: { Content-Type: application/json }, body: "{}" }
timeout: 5s
retries: 20
backoff: { first: 1s, max: 5s }
*/
${everyone}
`;

/** Messages a second, from the first to the last of a batch. */
const measure = async (stage: Stage, round: number): Promise<number> => {
  const before = (await stage.sent()).total;
  const name = `healthy-${round}`;
  const body = `MessagingServiceSid=${service}&To={{.phone_number}}&Body=${name}`;
  const predicate = 'SELECT uuid AS entity_pk, phone_number FROM public.users';
  await applyTask(stage, { name, body, predicate });
  const isDone = async () => (await stage.sent()).total === before + messages;
  await waitUntil(isDone, { what: `${name} to be sent`, timeoutMs: 60_000 });
  const arrivals = (await readArrivals(stage)).slice(before);
  const ms = (arrivals.at(-1)?.at ?? 0) - (arrivals[0]?.at ?? 0);
  return (messages * 1_000) / ms;
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

it('slows a healthy lane by less than a tenth', async () => {
  const stage = await openStage();
  const silent = await openDeadHost();
  try {
    await stage.source.query(createUsers(messages));
    // Nothing listens on port 1 of this machine.
    for (const [name, port] of Object.entries({ silent: silent.port, refusing: 1 })) {
      expect(await stage.quail('task', 'apply', await stage.writeTask(name, webhook(name, port)))).toMatchObject({
        code: 0,
      });
    }
    await untilUp([...startWorkers(stage, 2), stage.start(['scheduler'])]);
    await until(
      stage,
      `runs where lane_id in (select id from quailrunner.lanes where key like 'host/%')`,
      (n) => n === 2 * messages,
    );
    const dead = (await stage.ledger.query(`select id from quailrunner.lanes where key like 'host/%' order by id`))
      .rows;
    const ids = dead.map(({ id }) => String(id));
    await measure(stage, 0); // Warms up.
    const speeds = { alone: [] as number[], beside: [] as number[] };
    for (let round = 1; round <= rounds; round++) {
      for (const kind of round % 2 === 0 ? (['alone', 'beside'] as const) : (['beside', 'alone'] as const)) {
        expect(await stage.quail('lanes', kind === 'alone' ? 'pause' : 'resume', ...ids)).toMatchObject({ code: 0 });
        speeds[kind].push(await measure(stage, round * 10 + speeds[kind].length + (kind === 'alone' ? 5 : 0)));
      }
    }
    const ratio = median(speeds.beside) / median(speeds.alone);
    const format = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(', ');
    process.stdout.write(
      `alone ${format(speeds.alone)}; beside ${format(speeds.beside)} messages/s: ratio of medians ${ratio.toFixed(2)}\n`,
    );
    expect(await count(stage, `attempts where verdict in ('transient', 'unknown')`)).toBeGreaterThan(0);
    expect(ratio).toBeGreaterThan(0.9);
  } finally {
    await stage.close();
    silent.close();
  }
}, 240_000);
