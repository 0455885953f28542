/** What cannot be had, why, and what a person can do instead. */
export const waysOut = (store: 'PostgreSQL' | 'Redis', why: string): string => {
  const url =
    store === 'PostgreSQL' ? 'DATABASE_URL=postgres://user:password@host/name' : 'REDIS_URL=redis://host:6379';
  const install = store === 'Redis' ? ', install redis-server or valkey-server' : '';
  return `${store} can't be started here: ${why}. Ways out: run \`docker compose up -d postgres redis\`${install}, or set ${url}.`;
};
