/** What each environment variable must look like: text in, typed values out, problems without the value of a secret. */
import { parseDuration } from '@quailrunner/domain';
import { z } from 'zod';

/** A variable's text read by `parse`, which gives `undefined` for what it can't take. */
const read = <Value>(expected: string, parse: (text: string) => Value | undefined, { secret = false } = {}) =>
  z.string().transform((text, context): Value => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    const given = secret ? '' : `, not "${text.trim()}"`;
    context.addIssue({ code: 'custom', message: `must be ${expected}${given}` });
    return z.NEVER;
  });

/** URLs may hold passwords: they are not repeated. */
const url = (protocols: readonly string[], example: string) =>
  read(
    `a URL such as ${example}`,
    (text) => (URL.canParse(text) && protocols.includes(new URL(text).protocol) ? text : undefined),
    { secret: true },
  );

export const postgresUrl = url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database');
const redisUrl = url(['redis:', 'rediss:'], 'redis://host:6379');
const httpUrl = (example: string) =>
  url(['http:', 'https:'], example).transform((text) => (text.endsWith('/') ? text.slice(0, -1) : text));

const duration = (fewestMs: number, mostMs: number) =>
  read('a duration such as 10s, 250ms or 5m', parseDuration).refine((ms) => ms >= fewestMs && ms <= mostMs, {
    message: `must be from ${fewestMs / 1_000}s to ${mostMs / 1_000}s`,
  });

const integer = (fewest: number, most: number) =>
  read(`a whole number from ${fewest} to ${most}`, (text) => {
    const value = Number(text);
    return /^\d+$/.test(text) && value >= fewest && value <= most ? value : undefined;
  });

const cidrPattern =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}\/(?:[12]?\d|3[0-2])|[0-9a-f:]*:[0-9a-f:.]*\/(?:\d{1,2}|1[01]\d|12[0-8]))$/i;
const cidrs = read('a list of networks such as 10.0.0.0/8, fd00::/8', (text) => {
  const networks = text.split(/[\s,]+/).filter((network) => network !== '');
  return networks.every((network) => cidrPattern.test(network)) ? networks : undefined;
});

/** 32 bytes in hexadecimal or base64. */
export const parseKey = (text: string): Buffer | undefined => {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  return key.length === 32 ? key : undefined;
};

const longestSafeMs = 24 * 3_600_000;

export const environmentSchema = z.object({
  DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  QUAIL_DATA_DIR: z.string().default('.quailrunner'),
  QUAIL_ENCRYPTION_KEY: read('32 bytes in hex or base64', parseKey, { secret: true }).optional(),
  QUAIL_TWILIO_BASE_URL: httpUrl('https://api.twilio.com').default('https://api.twilio.com'),
  QUAIL_ALLOW_PRIVATE_TARGETS: cidrs.default([]),
  QUAIL_LOOK_UP_AFTER: duration(100, longestSafeMs).default(20_000),
  PUBLIC_URL: httpUrl('https://quailrunner.example.com').optional(),
  MONITOR_HOST: z.string().default('127.0.0.1'),
  MONITOR_PORT: integer(0, 65_535).default(3000),
  QUAIL_ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters').optional(),
  QUAIL_API_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  SCAN_INTERVAL: duration(1_000, longestSafeMs).default(10_000),
  WORKER_CONCURRENCY: integer(1, 1_000).default(50),
  SHUTDOWN_TIMEOUT: duration(0, 3_600_000).default(30_000),
  LOG_LEVEL: read('debug, info, warn or error', (text) => logLevels.find((level) => level === text)).default('info'),
  LOG_FORMAT: read('json or pretty', (text) => logFormats.find((format) => format === text)).optional(),
});

const logLevels = ['debug', 'info', 'warn', 'error'] as const;
const logFormats = ['json', 'pretty'] as const;

/** How to mend a variable, where its message doesn't say it all. */
export const mends: Readonly<Record<string, string>> = {
  QUAIL_ENCRYPTION_KEY: 'make one with: openssl rand -base64 32',
};
