import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { Bench } from './main.js';
import { ask, cpuSeconds, startNode, stop, until } from './process.js';
import type { Counts } from './receiver.js';

export interface Measured {
  readonly messagesPerSecond: number;
  /** Of the worker process alone, without its start. */
  readonly cpuSecondsPer1000: number;
}

export const measureBare = async (bench: Bench): Promise<Measured> => {
  const redis = new Redis(bench.redisUrl, { maxRetriesPerRequest: null });
  await redis.flushdb();
  const queue = new Queue('bare', { connection: redis });
  await enqueue(queue, bench.entities);
  await ask(bench.receiver, 'reset');
  const worker = startNode(join(import.meta.dirname, 'bare-worker.js'), [
    bench.redisUrl,
    bench.receiverUrl,
    String(bench.concurrency),
  ]);
  const measured = await untilAllArrived(bench, worker);
  await stop(worker);
  await queue.close();
  redis.disconnect();
  return measured;
};

const enqueue = async (queue: Queue, entities: number): Promise<void> => {
  for (let from = 0; from < entities; from += 500) {
    const jobs = Array.from({ length: Math.min(500, entities - from) }, (_, n) => ({
      name: 'bare',
      data: { phone_number: `+1555${String(from + n).padStart(7, '0')}` },
    }));
    await queue.addBulk(jobs);
  }
};

/** Awaits one message for each entity and tells how fast they came, from the first to the last. */
export const untilAllArrived = async (bench: Bench, worker: ReturnType<typeof startNode>): Promise<Measured> => {
  let counts: Counts = { requests: 0, recipients: 0, firstAt: 0, lastAt: 0 };
  let startUp = 0;
  await until(
    async () => {
      counts = await ask<Counts>(bench.receiver, 'counts');
      if (counts.requests === 0) startUp = cpuSeconds(worker);
      return counts.recipients >= bench.entities;
    },
    180_000,
    'all messages',
  );
  if (counts.requests !== bench.entities) throw new Error(`${counts.requests} messages for ${bench.entities} entities`);
  return {
    messagesPerSecond: bench.entities / ((counts.lastAt - counts.firstAt) / 1_000),
    cpuSecondsPer1000: ((cpuSeconds(worker) - startUp) / bench.entities) * 1_000,
  };
};
