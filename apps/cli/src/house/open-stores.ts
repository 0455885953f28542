/** PostgreSQL and Redis for `up` and `demo`: those that the environment names, and our own where it names none. */
import { resolve } from 'node:path';
import type { Config } from '@quailrunner/config';
import { startEmbeddedStores, startPostgres, startRedis } from '@quailrunner/embedded';

export interface HouseStores {
  /** URL of a database on the server: on our own, made when it isn't there; else the one that was given. */
  databaseUrl(name: string): Promise<string>;
  readonly redisUrl: string;
  /** What we started ourselves. */
  readonly embedded: readonly ('PostgreSQL' | 'Redis')[];
  close(): Promise<void>;
}

export interface HouseStoresOptions extends Pick<Config, 'databaseUrl' | 'redisUrl'> {
  readonly dataDir: string;
  readonly onProgress: (message: string) => void;
}

/** The servers run elsewhere and as somebody else, so a relative `dataDir` means nothing to them. */
export const openStores = (options: HouseStoresOptions): Promise<HouseStores> =>
  open({ ...options, dataDir: resolve(options.dataDir) });

const open = async ({ databaseUrl, redisUrl, ...options }: HouseStoresOptions): Promise<HouseStores> => {
  if (databaseUrl !== undefined && redisUrl !== undefined) {
    return { databaseUrl: async () => databaseUrl, redisUrl, embedded: [], close: async () => {} };
  }
  if (databaseUrl !== undefined) {
    const redis = await startRedis(options);
    return { databaseUrl: async () => databaseUrl, redisUrl: redis.url, embedded: ['Redis'], close: redis.close };
  }
  if (redisUrl !== undefined) return { ...(await startPostgres(options)), redisUrl, embedded: ['PostgreSQL'] };
  return { ...(await startEmbeddedStores(options)), embedded: ['PostgreSQL', 'Redis'] };
};
