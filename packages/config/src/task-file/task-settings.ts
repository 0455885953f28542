/** The settings of a task file: their names, what each may be, and what it is when it isn't there. */
import { defaultBackoff, parseDuration, parseRate, type StatusRange } from '@quailrunner/domain';
import { z } from 'zod';

/** A setting is text in the file, whatever it stands for. */
const read = <Value>(expected: string, parse: (text: string) => Value | undefined) =>
  z.string(`must be ${expected}`).transform((given, context): Value => {
    const value = parse(given.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${expected}, not "${given}"` });
    return z.NEVER;
  });

const within = <Value>(value: Value | undefined, isWithin: (value: Value) => boolean): Value | undefined =>
  value !== undefined && isWithin(value) ? value : undefined;

const duration = (fewest: string, most: string) => {
  const [fewestMs = 0, mostMs = 0] = [parseDuration(fewest), parseDuration(most)];
  return read(`a duration from ${fewest} to ${most}, such as 10s, 5m or 1h`, (text) =>
    within(parseDuration(text), (ms) => ms >= fewestMs && ms <= mostMs),
  );
};

const number = (fewest: number, most: number, { whole = false } = {}) =>
  read(`a ${whole ? 'whole ' : ''}number from ${fewest} to ${most}`, (text) => {
    const isNumber = (whole ? /^\d+$/ : /^\d+(?:\.\d+)?$/).test(text);
    return within(isNumber ? Number(text) : undefined, (value) => value >= fewest && value <= most);
  });

const oneOf = <Word extends string>(...words: Word[]) =>
  read(`${words.slice(0, -1).join(', ')} or ${words.at(-1)}`, (text) => words.find((word) => word === text));

/** Never repeated in a message: it may hold a credential. */
const text = z.string('must be text: put it in quotes, or in a block: |');

const parseStatusRange = (given: string): StatusRange | undefined => {
  const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(given);
  if (!match) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from <= to ? [from, to] : undefined;
};

const action = z.strictObject(
  {
    url: text,
    headers: z.record(z.string(), text, 'must be lines of Name: value').default({}),
    body: text.default(''),
  },
  'must hold url, headers and body',
);

const backoff = z
  .strictObject(
    {
      first: duration('100ms', '1d').default(defaultBackoff.firstMs),
      factor: number(1, 10).default(defaultBackoff.factor),
      max: duration('100ms', '1d').default(defaultBackoff.maxMs),
      jitter: number(0, 1).default(defaultBackoff.jitter),
    },
    'must be settings such as { first: 30s, factor: 2, max: 1h, jitter: 0.2 }',
  )
  .refine(({ first, max }) => first <= max, {
    path: ['max'],
    message: 'must not be shorter than "backoff.first"; it is 1h unless set',
  });

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const name = read("a name of at most 63 of a-z, 0-9 and '-'", (text) => (namePattern.test(text) ? text : undefined));

/** As QUAIL_SECRET_<NAME> gives it. The text is never repeated: it may be the secret itself by mistake. */
const secretName = z
  .string('must be the name of a secret')
  .trim()
  .regex(/^[a-z0-9_]+$/, "must be the name of a secret, made of a-z, 0-9 and '_', and not the secret itself");

/** `name` and `every` default to the file's name and the scan interval. */
export const taskSettings = z.strictObject(
  {
    name: name.optional(),
    source: name.default('default'),
    every: duration('1s', '20d').optional(),
    action,
    retries: number(0, 50, { whole: true }).default(5),
    backoff: backoff.prefault({}),
    rate: read('a rate such as 10/s, 60/min or 1000/h', parseRate).optional(),
    lane: name.optional(),
    defaultRegion: read(
      'a country in two letters, such as US or DE',
      (text) => /^[A-Z]{2}$/.exec(text)?.[0],
    ).optional(),
    recheck: oneOf('true', 'false')
      .transform((given) => given === 'true')
      .default(true),
    onChange: oneOf('keep', 'resend').optional(),
    onUnknown: oneOf('hold', 'retry', 'fail').optional(),
    timeout: duration('100ms', '5m').default(15_000),
    success: z
      .array(
        read('a status or a range of them, such as [200-299] or [200, 202]', parseStatusRange),
        'must be a list such as [200-299]',
      )
      .min(1, 'must name at least one status')
      .default([[200, 299]]),
    signWith: secretName.optional(),
    sharedSecret: secretName.optional(),
  },
  'must be lines of name: value',
);

/** What to add where a setting has to be there. */
export const missingMends: Readonly<Record<string, string>> = {
  action: 'add action: with url, headers and body below it, indented',
  'action.url': 'add url: with the address that takes the POST',
};

/** Names of the settings at a place, for "did you mean". */
export const settingNames = (path: readonly PropertyKey[]): string[] => {
  if (path.length === 0) return Object.keys(taskSettings.shape);
  if (path[0] === 'action') return Object.keys(action.shape);
  return path[0] === 'backoff' ? Object.keys(backoff.shape) : [];
};
