import { type Log, silentLog } from '@quailrunner/telemetry';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRedis, waitUntil } from '../../../test/support/index.js';
import { type Consumer, type HandleJob, openQueue, type Queue, type QueuedRun } from './index.js';

let redisUrl: string;
let queue: Queue;
const consumers: Consumer[] = [];

beforeEach(async () => {
  redisUrl = await createTestRedis();
  queue = openQueue({ redisUrl }, silentLog);
});

afterEach(async () => {
  await Promise.all(consumers.splice(0).map((consumer) => consumer.close(5_000)));
  await queue.close();
});

const runs = (count: number, dispatch = 1): QueuedRun[] =>
  Array.from({ length: count }, (_, n) => ({ runId: String(n + 1), dispatch, task: 'welcome' }));

/** The receiver is well, unless the handler has said otherwise. */
const consume: Queue['openConsumer'] = (laneId, limits, handle) => {
  const handleWell: HandleJob = async (dispatch, permit) => {
    const result = await handle(dispatch, permit);
    await permit.tell({ kind: 'good' });
    return result;
  };
  const consumer = queue.openConsumer(laneId, limits, handleWell);
  consumers.push(consumer);
  return consumer;
};

describe('a lane in Redis', () => {
  it('hands each run to one of its consumers, once, by its ids', async () => {
    const seen: string[] = [];
    const handle = async (dispatch: { runId: string; dispatch: number }) => {
      seen.push(`${dispatch.runId}/${dispatch.dispatch}`);
      return { state: 'completed' };
    };
    consume(1, { concurrency: 5 }, handle);
    consume(1, { concurrency: 5 }, handle);
    await queue.addRuns(1, runs(1_200));
    await waitUntil(() => seen.length >= 1_200, { timeoutMs: 20_000, what: 'all runs' });
    expect(new Set(seen).size).toBe(1_200);
    expect(seen.length).toBe(1_200);
  });

  it('takes a run that is added twice under the same dispatch number as one', async () => {
    await queue.addRuns(1, runs(3));
    await queue.addRuns(1, runs(3));
    expect(await queue.boardQueue(1).getWaitingCount()).toBe(3);
  });

  it('offers a run again when it could not be handled', async () => {
    let tries = 0;
    consume(1, { concurrency: 1 }, async () => {
      tries += 1;
      if (tries === 1) throw new Error('the ledger is away');
      return { state: 'completed' };
    });
    await queue.addRuns(1, runs(1));
    await waitUntil(() => tries === 2, { timeoutMs: 10_000, what: 'a second try' });
  });

  it('shows a failed run with its reason, without trying it again', async () => {
    let tries = 0;
    consume(1, { concurrency: 1 }, async () => {
      tries += 1;
      return { state: 'failed', failure: '21211: invalid number' };
    });
    await queue.addRuns(1, runs(1));
    const board = queue.boardQueue(1);
    await waitUntil(async () => (await board.getFailedCount()) === 1, { timeoutMs: 10_000, what: 'the failed job' });
    const [job] = await board.getFailed();
    expect(job?.failedReason).toBe('21211: invalid number');
    expect(tries).toBe(1);
  });

  it('tells which runs have no job left to do after Redis forgot everything', async () => {
    await queue.addRuns(1, runs(3));
    expect(await queue.missingJobs(1, runs(3))).toEqual([]);
    const redis = new Redis(redisUrl);
    await redis.flushdb();
    redis.disconnect();
    expect(await queue.missingJobs(1, runs(3))).toHaveLength(3);
  });

  it('is counted by state, with the others, and one that nobody has fed yet has nothing', async () => {
    let seen = 0;
    const fate = async () => (seen++ === 0 ? { state: 'failed', failure: '21211' } : { state: 'completed' });
    await queue.addRuns(1, runs(3));
    const consumer = consume(1, { concurrency: 1 }, fate);
    const isDone = async () => (await queue.countJobs([1]))[0]?.completed === 2;
    await waitUntil(isDone, { timeoutMs: 10_000, what: 'the jobs to end' });
    await consumer.close(5_000);
    await queue.addRuns(
      1,
      [4, 5].map((n) => ({ runId: String(n), dispatch: 1, task: 'welcome' })),
    );
    await queue.addRuns(3, runs(1));
    const none = { waiting: 0, active: 0, delayed: 0, completed: 0, failed: 0 };
    expect(await queue.countJobs([2, 1, 3])).toEqual([
      none,
      { ...none, waiting: 2, completed: 2, failed: 1 },
      { ...none, waiting: 1 },
    ]);
    expect(await queue.countJobs([])).toEqual([]);
  });

  it('counts a job that has ended as missing', async () => {
    consume(1, { concurrency: 1 }, async () => ({ state: 'void' }));
    await queue.addRuns(1, runs(1));
    await waitUntil(async () => (await queue.missingJobs(1, runs(1))).length === 1, {
      timeoutMs: 10_000,
      what: 'the end of the job',
    });
  });
});

describe('without Redis', () => {
  it('fails within seconds, says so once, and never hangs', async () => {
    const events: string[] = [];
    const log: Log = { emit: (event) => void events.push(event), close: () => {} };
    const lonely = openQueue({ redisUrl: 'redis://127.0.0.1:1' }, log);
    await expect(lonely.ping()).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await expect(lonely.addRuns(1, runs(1))).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await lonely.close();
    expect(events.filter((event) => event === 'queue.connection_lost')).toHaveLength(1);
  });

  it('an idle consumer closes at once', async () => {
    const lonely = openQueue({ redisUrl: 'redis://127.0.0.1:1' }, silentLog);
    const consumer = lonely.openConsumer(1, { concurrency: 1 }, async () => ({ state: 'completed' }));
    const startedAt = Date.now();
    await consumer.close(10_000);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await lonely.close();
  });

  it('refuses a URL that is none of Redis', () => {
    expect(() => openQueue({ redisUrl: 'http://127.0.0.1' }, silentLog)).toThrow('redis://');
  });
});
