/** PostgreSQL and Redis started by us, for demo and tests: real servers that end with the process that started them. */

export { recreateDatabase, type ScratchDatabase } from './scratch-database.js';
export { type Postgres, type PostgresOptions, startPostgres } from './start-postgres.js';
export { type Redis, type RedisOptions, startRedis } from './start-redis.js';
export { type EmbeddedStores, type StoresOptions, startEmbeddedStores } from './start-stores.js';
