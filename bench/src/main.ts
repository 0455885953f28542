/**
 * npm run bench [-- --entities 20000 --rounds 3 --concurrency 50]
 *
 * One worker of ours, with every promise kept, in turn with a bare BullMQ worker that posts with undici: the same stores,
 * receiver, concurrency and number of messages. Machines are noisy, so what counts is the ratio within one run.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedStores } from '@quailrunner/embedded';
import { type Measured, measureBare } from './measure-bare.js';
import { measureOurs } from './measure-ours.js';
import { startNode, stop } from './process.js';

export interface Bench {
  readonly databaseUrl: (name: string) => Promise<string>;
  readonly redisUrl: string;
  readonly receiver: ChildProcess;
  readonly receiverUrl: string;
  readonly entities: number;
  readonly concurrency: number;
}

const { values } = parseArgs({
  options: {
    entities: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
    concurrency: { type: 'string', default: '50' },
  },
});

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const row = (name: string, { messagesPerSecond, cpuSecondsPer1000 }: Measured): string =>
  `${name.padEnd(16)} ${messagesPerSecond.toFixed(0).padStart(10)} ${cpuSecondsPer1000.toFixed(3).padStart(14)}`;

const main = async (): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'quailrunner-bench-'));
  const stores = await startEmbeddedStores({ dataDir: directory });
  const receiver = startNode(join(import.meta.dirname, 'receiver.js'), []);
  try {
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    const bench: Bench = {
      databaseUrl: stores.databaseUrl,
      redisUrl: stores.redisUrl,
      receiver,
      receiverUrl: `http://127.0.0.1:${port}`,
      entities: Number(values.entities),
      concurrency: Number(values.concurrency),
    };
    await runRounds(bench, Number(values.rounds));
  } finally {
    await stop(receiver);
    await stores.close();
    await rm(directory, { recursive: true, force: true });
  }
};

const runRounds = async (bench: Bench, rounds: number): Promise<void> => {
  console.log(`${bench.entities} messages a round, ${bench.concurrency} in flight, one worker process\n`);
  console.log(`${''.padEnd(16)} ${'messages/s'.padStart(10)} ${'CPU s per 1000'.padStart(14)}`);
  const bare: Measured[] = [];
  const ours: Measured[] = [];
  for (let round = 1; round <= rounds; round++) {
    bare.push(await measureBare(bench));
    console.log(row(`bare ${round}`, bare.at(-1) as Measured));
    ours.push(await measureOurs(bench, round));
    console.log(row(`quailrunner ${round}`, ours.at(-1) as Measured));
  }
  const ratio = (of: (measured: Measured) => number) => median(ours.map(of)) / median(bare.map(of));
  console.log(`\nratio of the medians, ours to bare: ${ratio((one) => one.messagesPerSecond).toFixed(2)} messages/s,`);
  console.log(`${ratio((one) => one.cpuSecondsPer1000).toFixed(2)} CPU of the worker`);
};

await main();
