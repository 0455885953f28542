import { type Problem, ProblemsError } from '@quailrunner/domain';
import type { Config } from './read-config.js';

/** What every process that isn't embedded needs. */
export interface Stores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly encryptionKey: Buffer;
}

const waysOut = 'set it, run `docker compose up -d` for both stores, or use `quail up`, which brings its own';

/** Throws ProblemsError naming each variable that is missing, and the ways out. */
export const requireStores = ({ databaseUrl, redisUrl, encryptionKey }: Config): Stores => {
  const problems: Problem[] = [];
  if (databaseUrl === undefined) problems.push(missing('DATABASE_URL', 'the ledger, a PostgreSQL database', waysOut));
  if (redisUrl === undefined) problems.push(missing('REDIS_URL', 'the queue, a Redis', waysOut));
  if (encryptionKey === undefined) {
    const mend = 'make one with `openssl rand -base64 32`, and give the same to every process';
    problems.push(missing('QUAIL_ENCRYPTION_KEY', 'the key that seals what the ledger keeps', mend));
  }
  if (databaseUrl === undefined || redisUrl === undefined || encryptionKey === undefined) {
    throw new ProblemsError(problems);
  }
  return { databaseUrl, redisUrl, encryptionKey };
};

const missing = (variable: string, what: string, mend: string): Problem => ({
  code: 'CONFIG_MISSING',
  message: `is not set: ${what}`,
  mend,
  where: variable,
});
