/** The plan of a task over a million rows: how long it takes, and whether its memory grows with them. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openStage, type Running } from '../support/stage.js';
import { smsTask } from '../support/tasks.js';

const million = 1_000_000;

/** The most memory it has held, in MB, as Linux counts it; elsewhere 0. */
const watchMemory = async ({ process: child }: Running): Promise<number> => {
  let most = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    most = Math.max(most, Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024);
    await sleep(100);
  }
  return most;
};

it('ends within half a minute, with flat memory', async () => {
  const stage = await openStage();
  try {
    expect(await stage.quail('migrate')).toMatchObject({ code: 0 });
    await stage.source.query(`create table public.users as
      select n as id, '+1555' || lpad(n::text, 7, '0') as phone_number, 'Ada ' || n as first_name
      from generate_series(1, ${million}) n`);
    const plan = async (rows: number) => {
      const predicate = `SELECT id AS entity_pk, phone_number, first_name FROM public.users WHERE id <= ${rows}`;
      const body = 'From=+15005550006&To={{.phone_number}}&Body=Hello {{.first_name}}, “welcome” to the shop!';
      const task = await stage.writeTask('welcome', smsTask({ name: 'welcome', predicate, body }));
      const startedAt = performance.now();
      const planning = stage.start(['task', 'plan', task, '--json']);
      const memory = await watchMemory(planning);
      expect(await planning.ended()).toBe(0);
      const seconds = (performance.now() - startedAt) / 1_000;
      const { entities, messages } = JSON.parse(planning.output()).plans[0];
      expect([entities.sent, messages.segments, messages.ucs2]).toEqual([rows, rows, rows]);
      process.stdout.write(`${rows} rows: ${seconds.toFixed(1)} s, ${memory.toFixed(0)} MB\n`);
      return { seconds, memory };
    };
    const small = await plan(million / 10);
    const large = await plan(million);
    expect(large.seconds).toBeLessThan(30);
    // A tenth of it for the numbers that came before, eight bytes each; the rest is the collector's slack.
    expect(large.memory - small.memory).toBeLessThan(150);
  } finally {
    await stage.close();
  }
}, 300_000);
