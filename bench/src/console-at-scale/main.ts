/**
 * npm run bench:console [-- --runs 10000000 --rounds 7 --only ledger|pages]
 *
 * Ten million runs in a ledger of its own, and how long the console's and the API's reads take: first the ledger's, then the
 * pages of a monitor over HTTP. Ends with 1 when a median is over its limit. Needs some 8 GB of disk for a while.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres, startRedis } from '@quailrunner/embedded';
import { migrateLedger, openLedger } from '@quailrunner/ledger';
import { fillLedger } from './fill-ledger.js';
import { measure } from './measure.js';
import { openPages } from './pages.js';
import { makeReads } from './reads.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000000' },
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
const rounds = Number(values.rounds);

/** Runs `work` in a directory that goes with it, however it ends. */
const withDirectory = async (work: (directory: string) => Promise<void>): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'quailrunner-bench-'));
  await chmod(directory, 0o711);
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

const withStores = (work: (databaseUrl: string, redisUrl: string) => Promise<void>): Promise<void> =>
  withDirectory(async (dataDir) => {
    const postgres = await startPostgres({ dataDir, temporary: true });
    const redis = await startRedis({ dataDir, temporary: true });
    const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => {
      throw new Error('interrupted');
    });
    try {
      await Promise.race([work(await postgres.databaseUrl('ledger'), redis.url), interrupted]);
    } finally {
      await Promise.all([postgres.close(), redis.close()]);
    }
  });

const main = async (databaseUrl: string, redisUrl: string): Promise<void> => {
  const encryptionKey = randomBytes(32);
  const ledger = openLedger({ databaseUrl, encryptionKey, applicationName: 'bench' });
  try {
    await migrateLedger(ledger);
    const filled = await fillLedger({ ledger, databaseUrl, runs });
    let over = 0;
    if (values.only !== 'pages') over += await measure('reads of the ledger', makeReads(ledger, filled), rounds);
    if (values.only !== 'ledger') {
      const { reads, close } = await openPages({ ledger, redisUrl, encryptionKey, filled });
      over += await measure('pages of the monitor', reads, rounds).finally(close);
    }
    console.log(over === 0 ? '\nAll within their limits.' : `\n${over} over the limit.`);
    process.exitCode = over === 0 ? 0 : 1;
  } finally {
    await ledger.close();
  }
};

await withStores(main);
