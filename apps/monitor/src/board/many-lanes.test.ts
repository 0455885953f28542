import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimRuns, type MonitorStage, openMonitorStage, signIn } from '../../../../test/support/monitor-stage.js';

const lanes = 500;
let stage: MonitorStage;
let url: string;
let cookie: string;

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
}, 60_000);
afterAll(() => stage.close());

interface Queue {
  readonly name: string;
  readonly counts: { readonly waiting: number };
  readonly jobs: readonly unknown[];
}

const poll = async (query = ''): Promise<{ queues: readonly Queue[]; tookMs: number; commands: number }> => {
  const before = await countCommands();
  const begin = performance.now();
  const answer = await fetch(`${url}/queues/api/queues${query}`, { headers: { cookie } });
  const { queues } = (await answer.json()) as { queues: readonly Queue[] };
  const tookMs = performance.now() - begin;
  return { queues, tookMs, commands: (await countCommands()) - before };
};

const countCommands = async (): Promise<number> =>
  Number(/total_commands_processed:(\d+)/.exec(await stage.redis.info('stats'))?.[1]);

describe('with five hundred lanes', () => {
  it('a poll takes five commands a lane, and a second at most', async () => {
    const { queues, tookMs, commands } = await poll();
    expect(queues).toHaveLength(lanes);
    expect(queues.filter(({ counts }) => counts.waiting === 200)).toHaveLength(49);
    expect(commands).toBeLessThan(lanes * 5 + 20);
    expect(tookMs).toBeLessThan(1_000);
  });

  it('those who look at the same moment share one look', async () => {
    await poll();
    const before = await countCommands();
    const polls = await Promise.all(Array.from({ length: 5 }, () => poll()));
    expect(polls.every(({ queues }) => queues.length === lanes)).toBe(true);
    expect((await countCommands()) - before).toBeLessThan(2 * lanes * 5);
  });

  it('jobs are read of the lane that is looked at, a page of them', async () => {
    const name = (await poll()).queues.find(({ counts }) => counts.waiting === 10_000)?.name ?? '';
    const { queues, tookMs, commands } = await poll(
      `?activeQueue=${encodeURIComponent(name)}&status=waiting&page=1&jobsPerPage=100`,
    );
    expect(queues.flatMap(({ jobs }) => jobs)).toHaveLength(100);
    expect(commands).toBeLessThan(lanes * 5 + 150);
    expect(tookMs).toBeLessThan(1_000);
  });
});
