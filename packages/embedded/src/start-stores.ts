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

/**
 * PostgreSQL first: it locks its directory, so of two processes that start on one data dir only one gets as far as
 * Redis, which would not notice the other.
 *
 * @throws QuailError whose message says what can't be had and the ways out.
 */
export const startEmbeddedStores = async (options: StoresOptions): Promise<EmbeddedStores> => {
  await makeDataDir(options.dataDir);
  const postgres = await startPostgres(options);
  try {
    const redis = await startRedis(options);
    return {
      databaseUrl: postgres.databaseUrl,
      redisUrl: redis.url,
      close: async () => {
        await Promise.all([postgres.close(), redis.close()]);
      },
    };
  } catch (error) {
    await postgres.close();
    throw error;
  }
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
