/** Both stores at once, for a person who has neither: what `quail demo` and `quail up` stand on. */
import { mkdir } from 'node:fs/promises';
import { QuailError } from '@quailrunner/domain';
import { startPostgres } from './start-postgres.js';
import { startRedis } from './start-redis.js';

export interface StoresOptions {
  /** Ours to write; found again at the next start. */
  readonly dataDir: string;
  /** Called with a line for a person when something slow is about to happen (a download, say). */
  readonly onProgress?: (message: string) => void;
}

export interface EmbeddedStores {
  /** URL of a PostgreSQL database, which is created when it isn't there. */
  databaseUrl(name: string): Promise<string>;
  readonly redisUrl: string;
  close(): Promise<void>;
}

/** @throws QuailError whose message says what can't be had and the ways out. */
export const startEmbeddedStores = async (options: StoresOptions): Promise<EmbeddedStores> => {
  await makeDataDir(options.dataDir);
  const [postgres, redis] = await Promise.allSettled([startPostgres(options), startRedis(options)]);
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    const started = [postgres, redis].filter((store) => store.status === 'fulfilled');
    await Promise.all(started.map((store) => store.value.close()));
    throw postgres.status === 'rejected' ? postgres.reason : (redis as PromiseRejectedResult).reason;
  }
  return {
    databaseUrl: postgres.value.databaseUrl,
    redisUrl: redis.value.url,
    close: async () => {
      await Promise.all([postgres.value.close(), redis.value.close()]);
    },
  };
};

const makeDataDir = async (dataDir: string): Promise<void> => {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (cause) {
    const why = (cause as Error).message;
    throw new QuailError('DATA_DIR', `The data directory can't be made (${why}). Set QUAIL_DATA_DIR to one that can.`, {
      cause,
    });
  }
};
