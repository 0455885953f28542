/** The environment as typed values. Every mistake in it is reported at once, by the variable's name. */
import { type Problem, ProblemsError } from '@quailrunner/domain';
import { environmentSchema, mends, postgresUrl } from './environment.js';

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
  /** Without a slash at its end. */
  readonly twilioBaseUrl: string;
  /** CIDRs of private addresses that actions may reach. */
  readonly allowPrivateTargets: readonly string[];
  /** How long a run that may have been sent waits before Twilio is asked for it. */
  readonly lookUpAfterMs: number;
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
  const set = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== undefined && text.trim() !== ''));
  const parsed = environmentSchema.safeParse(set);
  const problems: Problem[] = (parsed.error?.issues ?? []).map((issue) =>
    toProblem(String(issue.path[0]), issue.message),
  );
  const sources = readSources(set, problems);
  if (!parsed.success || problems.length > 0) throw new ProblemsError(problems);
  const variables = parsed.data;
  return withoutUndefined({
    databaseUrl: variables.DATABASE_URL,
    redisUrl: variables.REDIS_URL,
    sources,
    dataDir: variables.QUAIL_DATA_DIR,
    encryptionKey: variables.QUAIL_ENCRYPTION_KEY,
    secrets: readSecrets(set),
    twilioBaseUrl: variables.QUAIL_TWILIO_BASE_URL,
    allowPrivateTargets: variables.QUAIL_ALLOW_PRIVATE_TARGETS,
    lookUpAfterMs: variables.QUAIL_LOOK_UP_AFTER,
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

const toProblem = (variable: string, message: string): Problem => {
  const mend = mends[variable];
  return { code: 'CONFIG_INVALID', message: `${variable} ${message}`, ...(mend === undefined ? {} : { mend }) };
};

/** `SOURCE_DATABASE_URL` is the source `default`, `SOURCE_CRM_EU_DATABASE_URL` the source `crm-eu`. */
const readSources = (env: Record<string, string | undefined>, problems: Problem[]): Record<string, string> => {
  const sources: Record<string, string> = {};
  for (const [variable, text] of Object.entries(env)) {
    const match = /^SOURCE_(?:(\w+)_)?DATABASE_URL$/.exec(variable);
    if (!match) continue;
    const name = match[1]?.toLowerCase().replaceAll('_', '-') ?? 'default';
    const parsed = postgresUrl.safeParse(text);
    if (parsed.success) sources[name] = parsed.data;
    else problems.push(toProblem(variable, parsed.error.issues[0]?.message ?? 'is not a URL'));
  }
  return sources;
};

const secretPrefix = 'QUAIL_SECRET_';

const readSecrets = (env: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env)
      .filter(([variable]) => variable.startsWith(secretPrefix))
      .map(([variable, text]) => [variable.slice(secretPrefix.length).toLowerCase(), text ?? '']),
  );

type Defined<Values> = { [Key in keyof Values]: Exclude<Values[Key], undefined> };

/** Leaves out what is not set, so that an absent value is absent and not `undefined`. */
const withoutUndefined = <Values extends object>(values: Values): Defined<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<Values>;
