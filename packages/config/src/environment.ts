/** What each environment variable must look like: text in, typed values out, problems without the value of a secret. */
import { isIP } from 'node:net';
import { crashPoints, parseCrashPoint, parseDuration } from '@quailrunner/domain';
import { z } from 'zod';

/** What of a wrong text may be repeated: nothing of a secret. */
type Given = (text: string) => string;
const asGiven: Given = (text) => `, not "${text}"`;
const unsaid: Given = () => '';

/** A variable's text read by `parse`, which gives `undefined` for what it can't take. */
const read = <Value>(expected: string, parse: (text: string) => Value | undefined, given: Given = asGiven) =>
  z.string().transform((text, context): Value => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${expected}${given(text.trim())}` });
    return z.NEVER;
  });

/** URLs may hold a password, or be one by mistake. */
const urlAsGiven: Given = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url === undefined || url.host === '' || text.includes('@') || text.includes('?') ? '' : asGiven(text);
};

const url = (protocols: readonly string[], example: string, isFine: (url: URL) => boolean = () => true) =>
  read(
    `a URL such as ${example}`,
    (text) => {
      const parsed = URL.canParse(text) ? new URL(text) : undefined;
      return parsed !== undefined && protocols.includes(parsed.protocol) && isFine(parsed) ? text : undefined;
    },
    urlAsGiven,
  );

export const postgresUrl = url(['postgres:', 'postgresql:'], 'postgres://user:password@host:5432/database');
const redisUrl = url(['redis:', 'rediss:'], 'redis://host:6379');

const httpUrl = (example: string, isFine: (url: URL) => boolean = () => true) =>
  url(['http:', 'https:'], example, (given) => isPlain(given) && isFine(given)).transform((text) =>
    text.replace(/\/$/, ''),
  );
const isPlain = ({ username, password, search, hash }: URL): boolean => username + password + search + hash === '';

/** What it asks for may be in its path or query; a user name would be left out. */
const noCredentials = ({ username, password }: URL): boolean => username + password === '';

const duration = (fewest: string, most: string) => {
  const [fewestMs = 0, mostMs = 0] = [parseDuration(fewest), parseDuration(most)];
  return read(`a duration from ${fewest} to ${most}, such as 10s, 250ms or 5m`, (text) => {
    const ms = parseDuration(text);
    return ms !== undefined && ms >= fewestMs && ms <= mostMs ? ms : undefined;
  });
};

const integer = (fewest: number, most: number) =>
  read(`a whole number from ${fewest} to ${most}`, (text) => {
    const value = Number(text);
    return /^\d+$/.test(text) && value >= fewest && value <= most ? value : undefined;
  });

const bitsOf: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** A single address is a network of one. */
const parseNetwork = (text: string): string | undefined => {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = bitsOf[isIP(address)];
  if (bits === undefined || rest.length > 0 || !/^(?:\d{1,3})?$/.test(prefix ?? '')) return undefined;
  const length = prefix === undefined ? bits : prefix === '' ? Number.NaN : Number(prefix);
  return length <= bits ? `${address}/${length}` : undefined;
};

const networks = read('a list of networks such as 10.0.0.0/8, fd00::/8', (text) => {
  const given = text.split(/[\s,]+/).filter((network) => network !== '');
  const parsed = given.map(parseNetwork).filter((network) => network !== undefined);
  return parsed.length === given.length ? parsed : undefined;
});

/** 32 bytes in hexadecimal or base64. */
export const parseKey = (text: string): Buffer | undefined => {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[A-Za-z0-9+/]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
};

const oneOf = <Word extends string>(...words: Word[]) =>
  read(`${words.slice(0, -1).join(', ')} or ${words.at(-1)}`, (text) => words.find((word) => word === text));

export const environmentSchema = z.object({
  DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  QUAIL_DATA_DIR: z.string().default('.quailrunner'),
  QUAIL_ENCRYPTION_KEY: read('32 bytes in hex or base64', parseKey, unsaid).optional(),
  QUAIL_TWILIO_BASE_URL: httpUrl('https://api.twilio.com, without a path', ({ pathname }) => pathname === '/').default(
    'https://api.twilio.com',
  ),
  QUAIL_ALLOW_PRIVATE_TARGETS: networks.default([]),
  QUAIL_TWILIO_CODES: z.string().optional(),
  QUAIL_ALERT_URL: url(['http:', 'https:'], 'https://hooks.example.com/quailrunner', noCredentials).optional(),
  QUAIL_LOOK_UP: oneOf('on', 'off').default('on'),
  QUAIL_LOOK_UP_AFTER: duration('100ms', '1d').default(20_000),
  QUAIL_WORKER_LOST_AFTER: duration('1s', '10m').default(30_000),
  QUAIL_CRASH_AT: read(`one of ${crashPoints.join(', ')}, and :2 for the second time`, parseCrashPoint).optional(),
  PUBLIC_URL: httpUrl('https://quailrunner.example.com').optional(),
  MONITOR_HOST: z.string().default('127.0.0.1'),
  MONITOR_PORT: integer(0, 65_535).default(3000),
  QUAIL_ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters').optional(),
  QUAIL_API_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  SCAN_INTERVAL: duration('1s', '1d').default(10_000),
  WORKER_CONCURRENCY: integer(1, 1_000).default(50),
  SHUTDOWN_TIMEOUT: duration('0s', '1h').default(30_000),
  LOG_LEVEL: oneOf('debug', 'info', 'warn', 'error').default('info'),
  LOG_FORMAT: oneOf('json', 'pretty').optional(),
});

/** How to mend a variable, where its message doesn't say it all. */
export const mends: Readonly<Record<string, string>> = {
  DATABASE_URL: 'in a user name or password, write : / ? # @ as %3A %2F %3F %23 %40',
  REDIS_URL: 'in a user name or password, write : / ? # @ as %3A %2F %3F %23 %40',
  QUAIL_ENCRYPTION_KEY: 'make one with: openssl rand -base64 32',
};
