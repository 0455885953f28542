/** The environment as typed values. Every mistake in it is reported at once, by the variable's name. */
import { type ArmedCrashPoint, nearest, type Problem, ProblemsError } from '@quailrunner/domain';
import { environmentSchema, mends } from './environment.js';
import { readSources } from './read-sources.js';
import { readTwilioCodes, type TwilioCodes } from './twilio-codes.js';

export interface Config {
  /** The ledger. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** URLs of the sources by name. */
  readonly sources: Readonly<Record<string, string>>;
  readonly dataDir: string;
  /** 32 bytes. */
  readonly encryptionKey?: Buffer;
  /** By name, in lower case. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Without a path, and without a slash at its end. */
  readonly twilioBaseUrl: string;
  /** The operator's own, by code. */
  readonly twilioCodes: TwilioCodes;
  /** Who is told of a hold. May be a secret. */
  readonly alertUrl?: string;
  /** CIDRs of private addresses that actions may reach. */
  readonly allowPrivateTargets: readonly string[];
  /** Whether Twilio may be asked for its list of messages. */
  readonly lookUp: boolean;
  /** How long a run that may have been sent waits before Twilio is asked for it. */
  readonly lookUpAfterMs: number;
  /** After how long without a sign of life a worker's runs are given up. */
  readonly workerLostAfterMs: number;
  /** For tests: where this process kills itself. */
  readonly crashAt?: ArmedCrashPoint;
  /** Our address as Twilio and browsers see it, without a slash at its end. With it, Twilio is asked for receipts. */
  readonly publicUrl?: string;
  readonly monitor: { readonly host: string; readonly port: number };
  readonly adminPassword?: string;
  readonly apiToken?: string;
  readonly scanIntervalMs: number;
  /** Jobs in progress for each lane in each worker process. */
  readonly workerConcurrency: number;
  readonly shutdownTimeoutMs: number;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'json' | 'pretty' };
}

/** Throws ProblemsError. A variable that is empty counts as unset, as `docker compose` passes it. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const set = readSet(env);
  const parsed = environmentSchema.safeParse(set);
  const { sources, problems } = readSources(set);
  const invalid = (parsed.error?.issues ?? []).map(({ path, message }) => toProblem(String(path[0]), message));
  const codes = readCodes(set.QUAIL_TWILIO_CODES);
  const all = [...invalid, ...problems, ...codes.problems, ...findMisspelt(set)];
  if (!parsed.success || all.length > 0) throw new ProblemsError(all);
  const variables = parsed.data;
  return withoutUndefined({
    databaseUrl: variables.DATABASE_URL,
    redisUrl: variables.REDIS_URL,
    sources,
    dataDir: variables.QUAIL_DATA_DIR,
    encryptionKey: variables.QUAIL_ENCRYPTION_KEY,
    secrets: readSecrets(set),
    twilioBaseUrl: variables.QUAIL_TWILIO_BASE_URL,
    twilioCodes: codes.twilioCodes,
    alertUrl: variables.QUAIL_ALERT_URL,
    allowPrivateTargets: variables.QUAIL_ALLOW_PRIVATE_TARGETS,
    lookUp: variables.QUAIL_LOOK_UP === 'on',
    lookUpAfterMs: variables.QUAIL_LOOK_UP_AFTER,
    workerLostAfterMs: variables.QUAIL_WORKER_LOST_AFTER,
    crashAt: variables.QUAIL_CRASH_AT,
    publicUrl: variables.PUBLIC_URL,
    monitor: { host: variables.MONITOR_HOST, port: variables.MONITOR_PORT },
    adminPassword: variables.QUAIL_ADMIN_PASSWORD,
    apiToken: variables.QUAIL_API_TOKEN,
    scanIntervalMs: variables.SCAN_INTERVAL,
    workerConcurrency: variables.WORKER_CONCURRENCY,
    shutdownTimeoutMs: variables.SHUTDOWN_TIMEOUT,
    log: { level: variables.LOG_LEVEL, format: variables.LOG_FORMAT ?? (process.stderr.isTTY ? 'pretty' : 'json') },
  });
};

const readSet = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== ''),
  );

const readCodes = (path: string | undefined): { twilioCodes: TwilioCodes; problems: readonly Problem[] } => {
  if (path === undefined) return { twilioCodes: new Map(), problems: [] };
  try {
    return { twilioCodes: readTwilioCodes(path), problems: [] };
  } catch (fault) {
    if (fault instanceof ProblemsError) return { twilioCodes: new Map(), problems: fault.problems };
    throw fault;
  }
};

const toProblem = (variable: string, message: string): Problem => {
  const mend = mends[variable];
  return { code: 'CONFIG_INVALID', message, where: variable, ...(mend === undefined ? {} : { mend }) };
};

const secretPrefix = 'QUAIL_SECRET_';

const readSecrets = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env)
      .filter(([variable]) => variable.startsWith(secretPrefix))
      .map(([variable, text]) => [variable.slice(secretPrefix.length).toLowerCase(), text]),
  );

const prefix = 'QUAIL_';

/**
 * A misspelt QUAIL_TWILIO_BASE_URL would send to real people. Variables with our prefix that resemble none of ours are
 * somebody else's business.
 */
const findMisspelt = (env: Readonly<Record<string, string>>): Problem[] => {
  const known = Object.keys(environmentSchema.shape).filter((variable) => variable.startsWith(prefix));
  const unknown = Object.keys(env).filter(
    (variable) => variable.startsWith(prefix) && !variable.startsWith(secretPrefix) && !known.includes(variable),
  );
  return unknown.flatMap((variable) => {
    const meant = nearest(
      variable.slice(prefix.length),
      known.map((one) => one.slice(prefix.length)),
    );
    if (meant === undefined) return [];
    const mend = `did you mean ${prefix}${meant}?`;
    return [{ code: 'CONFIG_UNKNOWN', message: 'there is no such variable', where: variable, mend }];
  });
};

type Defined<Values> = { [Key in keyof Values]: Exclude<Values[Key], undefined> };

/** Leaves out what is not set, so that an absent value is absent and not `undefined`. */
const withoutUndefined = <Values extends object>(values: Values): Defined<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<Values>;
