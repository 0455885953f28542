import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimRuns, type MonitorStage, openMonitorStage, signIn } from '../../../../test/support/monitor-stage.js';

const lanes = 500;
let stage: MonitorStage;
let url: string;
let cookie: string;
let monitor: Awaited<ReturnType<MonitorStage['redis']['monitor']>>;

beforeAll(async () => {
  stage = await openMonitorStage();
  const first = await claimRuns(stage.ledger, 'welcome-sms', 1);
  await stage.ask(`
    insert into quailrunner.lanes (key)
    select 'twilio/AC' || lpad(n::text, 32, '0') || '/+1500555' || lpad(n::text, 4, '0')
    from generate_series(2, ${lanes}) n`);
  for (let laneId = first; laneId < first + 50; laneId += 1) {
    const count = laneId === first ? 10_000 : 200;
    const runs = Array.from({ length: count }, (_, n) => ({
      runId: String(laneId * 100_000 + n),
      dispatch: 1,
      task: 'welcome-sms',
    }));
    await stage.queue.addRuns(laneId, runs);
  }
  url = (await stage.startMonitor()).url;
  cookie = await signIn(url, stage.password);
  await watchCommands();
}, 60_000);
afterAll(async () => {
  monitor.disconnect();
  await stage.close();
});

interface Queue {
  readonly name: string;
  readonly counts: { readonly waiting: number };
  readonly jobs: readonly unknown[];
}

/** Those that Redis gets for our database, each as it comes: other tests ask the same server. */
let commands = 0;
const fences = new Map<string, () => void>();

const watchCommands = async (): Promise<void> => {
  monitor = await stage.redis.monitor();
  monitor.on('monitor', (_time: string, [command, fence]: string[], _source: string, database: string) => {
    if (Number(database) !== stage.redis.options.db) return;
    if (command?.toLowerCase() !== 'echo') commands += 1;
    else fences.get(fence ?? '')?.();
  });
};

const countCommands = async (): Promise<number> => {
  const fence = randomUUID();
  const isSeen = new Promise<void>((resolve) => fences.set(fence, resolve));
  await Promise.all([stage.redis.echo(fence), isSeen]);
  return commands;
};

const ask = async (query: string): Promise<readonly Queue[]> => {
  const answer = await fetch(`${url}/queues/api/queues${query}`, { headers: { cookie } });
  return ((await answer.json()) as { queues: readonly Queue[] }).queues;
};

/** Asks until three answers came from a look at Redis, and not from one that was shared. The fastest, for a busy machine's sake. */
const look = async (query = '') => {
  const looks: { queues: readonly Queue[]; tookMs: number; commands: number }[] = [];
  while (looks.length < 3) {
    const before = await countCommands();
    const begin = performance.now();
    const queues = await ask(query);
    const tookMs = performance.now() - begin;
    const asked = (await countCommands()) - before;
    if (asked > lanes) looks.push({ queues, tookMs, commands: asked });
  }
  return looks.reduce((best, one) => (one.tookMs < best.tookMs ? one : best));
};

describe('with five hundred lanes', () => {
  it('a look takes five commands a lane, and a second at most', async () => {
    const { queues, tookMs, commands } = await look();
    expect(queues).toHaveLength(lanes);
    expect(queues.filter(({ counts }) => counts.waiting === 200)).toHaveLength(49);
    expect(commands).toBeLessThan(lanes * 5 + 20);
    expect(tookMs).toBeLessThan(1_000);
  });

  it('those who look at the same moment share it', async () => {
    const before = await countCommands();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('')));
    expect(answers.every((queues) => queues.length === lanes)).toBe(true);
    expect((await countCommands()) - before).toBeLessThan(4 * lanes * 5);
  });

  it('jobs are read of the lane that is looked at, a page of them', async () => {
    const name = (await ask('')).find(({ counts }) => counts.waiting === 10_000)?.name ?? '';
    const query = `?activeQueue=${encodeURIComponent(name)}&status=waiting&page=1&jobsPerPage=100`;
    const { queues, tookMs, commands } = await look(query);
    expect(queues.flatMap(({ jobs }) => jobs)).toHaveLength(100);
    expect(commands).toBeLessThan(lanes * 5 + 250);
    expect(tookMs).toBeLessThan(1_000);
  });
});
