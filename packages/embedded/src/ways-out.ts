import { QuailError, scrub } from '@quailrunner/domain';

export type Store = 'PostgreSQL' | 'Redis';

/** What cannot be had, why, and what a person can do instead. */
export const waysOut = (store: Store, why: string): string => {
  const url =
    store === 'PostgreSQL' ? 'DATABASE_URL=postgres://user:password@host/name' : 'REDIS_URL=redis://host:6379';
  const install = store === 'Redis' ? ', install redis-server or valkey-server' : '';
  return `${store} can't be started here: ${why}. Ways out: run \`docker compose up -d postgres redis\`${install}, or set ${url}.`;
};

/** A full disk, a folder that isn't ours, a program that is missing: whatever it was, it says the ways out. */
export const asStoreFault = (store: Store, cause: unknown): QuailError => {
  if (cause instanceof QuailError) return cause;
  const why = scrub(cause instanceof Error ? cause.message : String(cause));
  return new QuailError(`${store.toUpperCase()}_FAILED`, waysOut(store, why), { cause });
};
