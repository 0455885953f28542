/** The settings of a task file: their names, what each may be, and what it is when it isn't there. */
import { defaultBackoff, parseDuration, parseRate, type StatusRange } from '@quailrunner/domain';
import { z } from 'zod';

const read = <Value>(expected: string, parse: (text: string) => Value | undefined) =>
  z.union([z.string(), z.number()], `must be ${expected}`).transform((given, context): Value => {
    const value = parse(String(given));
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${expected}, not "${given}"` });
    return z.NEVER;
  });

const duration = (fewestMs: number, mostMs: number) =>
  read('a duration such as 10s, 5m or 1h', parseDuration).refine((ms) => ms >= fewestMs && ms <= mostMs, {
    message: `must be from ${fewestMs / 1_000}s to ${mostMs / 1_000}s`,
  });

const number = (fewest: number, most: number) => {
  const message = `must be a number from ${fewest} to ${most}`;
  return z.number(message).min(fewest, message).max(most, message);
};

const text = z.string('must be text: put it in quotes, or behind a |');

const parseStatusRange = (given: string): StatusRange | undefined => {
  const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(given.trim());
  if (!match) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from <= to ? [from, to] : undefined;
};

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const header = z.union([z.string(), z.number(), z.boolean()], 'must be text').transform(String);

const action = z.strictObject(
  {
    url: text,
    headers: z.record(z.string(), header, 'must be a list of Name: value').default({}),
    body: text.default(''),
  },
  'must hold url, headers and body',
);

const backoff = z.strictObject(
  {
    first: duration(100, dayMs).default(defaultBackoff.firstMs),
    factor: number(1, 10).default(defaultBackoff.factor),
    max: duration(100, dayMs).default(defaultBackoff.maxMs),
    jitter: number(0, 1).default(defaultBackoff.jitter),
  },
  'must be settings such as { first: 30s, factor: 2, max: 1h, jitter: 0.2 }',
);

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const nameExpected = "must be made of a-z, 0-9 and '-', at most 63 of them";

/** `name` and `every` default to the file's name and the scan interval. */
export const taskSettings = z.strictObject(
  {
    name: z.string(nameExpected).regex(namePattern, nameExpected).optional(),
    source: z.string(nameExpected).regex(namePattern, nameExpected).default('default'),
    every: duration(1_000, 30 * dayMs).optional(),
    action,
    retries: number(0, 50).int('must be a whole number').default(5),
    backoff: backoff.default({
      first: defaultBackoff.firstMs,
      factor: defaultBackoff.factor,
      max: defaultBackoff.maxMs,
      jitter: defaultBackoff.jitter,
    }),
    rate: read('a rate such as 10/s or 60/min', parseRate).optional(),
    recheck: z.boolean('must be true or false').default(true),
    onUnknown: z.enum(['hold', 'retry', 'fail'], 'must be hold, retry or fail').optional(),
    timeout: duration(100, 5 * minuteMs).default(15_000),
    success: z
      .array(read('statuses such as [200-299] or [200, 202]', parseStatusRange), 'must be a list such as [200-299]')
      .min(1, 'must name at least one status')
      .default([[200, 299]]),
  },
  'must be lines of name: value',
);

/** Names of the settings at a place, for "did you mean". */
export const settingNames = (path: readonly PropertyKey[]): string[] => {
  if (path.length === 0) return Object.keys(taskSettings.shape);
  if (path[0] === 'action') return Object.keys(action.shape);
  return path[0] === 'backoff' ? Object.keys(backoff.shape) : [];
};
