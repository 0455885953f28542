/** A million runs wait in one lane, and a run comes into another: when it is sent, and what Redis holds meanwhile. */
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage } from '../support/stage.js';
import { readArrivals } from './arrivals.js';
import { applyTask, startWorkers, untilUp } from './crew.js';

const million = 1_000_000;
const large = '+15005550006';
const small = '+15005550010';
const mb = 1_024 * 1_024;

it('delays no other run, and fills no memory of Redis', async () => {
  const stage = await openStage();
  const redis = new Redis(stage.redisUrl);
  const usedBytes = async (): Promise<number> => Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
  try {
    const before = await usedBytes();
    let most = 0;
    await stage.source.query('create table public.few (id int)');
    await stage.source.query(`create table public.users as
      select n as id, '+1555' || lpad(n::text, 7, '0') as phone_number from generate_series(1, ${million}) n`);
    await untilUp([...startWorkers(stage, 2), stage.start(['scheduler'])]);
    const applyOver = (name: string, from: string, table: string, settings: string) =>
      applyTask(stage, {
        name,
        settings,
        body: `From=${from}&To={{.phone_number}}&Body=Hello!`,
        predicate: `SELECT id AS entity_pk, '+1555' || lpad(id::text, 7, '0') AS phone_number FROM public.${table}`,
      });
    await applyOver('large', large, 'users', 'rate: 500/s\nevery: 1h');
    const runs = `select count(*)::float8 as n from quailrunner.runs r join quailrunner.tasks t on t.id = r.task_id where t.name = $1`;
    const isClaimed = async (name: string, n: number) => (await stage.ledger.query(runs, [name])).rows[0].n === n;
    const started = Date.now();
    await waitUntil(() => isClaimed('large', million), { what: 'a million claims', timeoutMs: 180_000 });
    process.stdout.write(`a million claimed after ${((Date.now() - started) / 1_000).toFixed(0)} s\n`);
    await applyOver('small', small, 'few', 'every: 1s');
    for (let n = 1; n <= 10; n++) {
      await stage.source.query('insert into public.few values ($1)', [n]);
      const isSent = async () => {
        most = Math.max(most, await usedBytes());
        return (await readArrivalsOf(stage, small)) === n;
      };
      await waitUntil(isSent, { what: `run ${n} of the small lane`, timeoutMs: 30_000 });
    }
    const arrivals = await readArrivals(stage, small);
    const { rows } = await stage.ledger.query<{ to: string; at: Date }>(
      `select columns ->> 'phone_number' as to, claimed_at as at from quailrunner.runs r
       join quailrunner.tasks t on t.id = r.task_id where t.name = 'small'`,
    );
    const delays = rows.map(
      ({ to, at }) => (arrivals.find((arrival) => arrival.to === to)?.at ?? Number.NaN) - at.getTime(),
    );
    process.stdout.write(
      `claim to arrival in the small lane: ${delays.toSorted((a, b) => a - b).join(', ')} ms; ` +
        `Redis holds at most ${((most - before) / mb).toFixed(1)} MB for it, ${(most / mb).toFixed(1)} MB in all\n`,
    );
    expect(Math.max(...delays)).toBeLessThan(2_000);
    expect(most).toBeLessThan(20 * mb);
    expect((await readArrivals(stage, large)).length).toBeGreaterThan(0);
  } finally {
    redis.disconnect();
    await stage.close();
  }
}, 300_000);

const readArrivalsOf = async (stage: Parameters<typeof readArrivals>[0], from: string): Promise<number> => {
  const { rows } = await stage.ledger.query(
    `select count(*)::int as n from quailrunner.runs r join quailrunner.lanes l on l.id = r.lane_id
     where l.key like '%' || $1 and r.state = 'completed'`,
    [from],
  );
  return rows[0].n;
};
