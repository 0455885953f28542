/** The demo's stores: warm ones from the demo before, emptied; in a directory of their own when another demo is running. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '@quailrunner/config';
import { QuailError } from '@quailrunner/domain';
import { recreateDatabase, type ScratchDatabase } from '@quailrunner/embedded';
import { emptyRedis } from '@quailrunner/queue';
import { silentLog } from '@quailrunner/telemetry';
import { type HouseStores, openStores } from '../house/open-stores.js';

export interface DemoStores extends HouseStores {
  readonly dataDir: string;
}

const mostDemos = 20;

export const openDemoStores = async (config: Config, onProgress: (message: string) => void): Promise<DemoStores> => {
  for (let n = 1; ; n += 1) {
    const dataDir = join(config.dataDir, n === 1 ? 'demo' : `demo-${n}`);
    try {
      return { ...(await openStores({ ...config, dataDir, onProgress })), dataDir };
    } catch (error) {
      const isTaken = error instanceof QuailError && error.code === 'EMBEDDED_IN_USE';
      if (!isTaken || n === mostDemos) throw error;
      onProgress(`Another demo runs in ${dataDir}; this one takes a directory of its own.`);
    }
  }
};

export interface FreshData {
  readonly shop: ScratchDatabase;
  readonly ledgerUrl: string;
  /** A new one for each demo, as the ledger is a new one. */
  readonly encryptionKey: Buffer;
}

/** On a server that somebody gave us, names that nobody else would use. */
const namesOf = (isOurs: boolean) =>
  isOurs ? { shop: 'shop', ledger: 'quailrunner' } : { shop: 'quailrunner_demo_shop', ledger: 'quailrunner_demo' };

/** Nothing of an earlier demo is left in the databases or in Redis. */
export const makeFreshData = async (stores: HouseStores): Promise<FreshData> => {
  const names = namesOf(stores.embedded.includes('PostgreSQL'));
  const serverUrl = await stores.databaseUrl('postgres');
  const [shop, ledger] = await Promise.all([
    recreateDatabase(serverUrl, names.shop),
    recreateDatabase(serverUrl, names.ledger),
    emptyRedis(stores.redisUrl, silentLog),
  ]);
  await ledger.close();
  return { shop, ledgerUrl: ledger.url, encryptionKey: randomBytes(32) };
};
