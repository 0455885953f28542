import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTaskFile } from './format-task-file.js';
import { parseTask } from './parse-task.js';
import { parseTaskFile } from './parse-task-file.js';

const options = { path: 'tasks/x.sql', scanIntervalMs: 10_000 };

const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((value) => Buffer.from(value).toString() === value);
const tricky = fc.constantFrom(
  'a */ b',
  '/* c',
  '*/*/',
  ' # no comment',
  '&Body',
  '*x',
  '!now',
  'a: b',
  '- x',
  "it's",
  '"q"',
  'line\nline\n',
  '  x',
  '\t',
  'null',
  '{{ x }}',
  '\\x2A/',
);
const anyText = fc.oneof(
  text,
  tricky,
  fc.tuple(tricky, text, tricky).map((parts) => parts.join('')),
);

const duration = (fewest: number, most: number) => fc.integer({ min: fewest, max: most }).map((ms) => `${ms}ms`);

const settings = fc.record(
  {
    name: fc.constantFrom('a', 'welcome-sms', '0'),
    source: fc.constantFrom('default', 'shop'),
    every: duration(1_000, 1_000_000),
    action: fc.record({
      url: anyText,
      headers: fc.dictionary(fc.constantFrom('A', 'X-My.Header', 'true', '1.0'), anyText),
      body: anyText,
    }),
    retries: fc.integer({ min: 0, max: 50 }),
    rate: fc
      .tuple(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom('s', 'min', 'h'))
      .map(([n, unit]) => `${n}/${unit}`),
    lane: fc.constantFrom('one', 'two'),
    defaultRegion: fc.constantFrom('US', 'DE'),
    recheck: fc.boolean(),
    onChange: fc.constantFrom('keep', 'resend'),
    onUnknown: fc.constantFrom('hold', 'retry', 'fail'),
    timeout: duration(100, 300_000),
    success: fc.constantFrom([200], ['200-299', 302]),
    signWith: fc.constantFrom('key_1'),
  },
  { requiredKeys: ['name', 'action'] },
);

const predicate = fc.constantFrom(
  'select 1 as entity_pk',
  '\n\nselect 1',
  '-- a\nselect $$/* x */$$ as entity_pk /* y */;\n',
);

describe('a task written as a file', () => {
  it('is the same task when it is read', () => {
    fc.assert(
      fc.property(settings, predicate, (given, sql) => {
        const definition = parseTask({ settings: given, predicate: sql }, options);
        expect(parseTaskFile(formatTaskFile(definition), options).definition).toEqual(definition);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads as a person would have written it', () => {
    const given = {
      name: 'welcome-sms',
      action: {
        url: 'https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json',
        headers: { Authorization: 'Basic {{ secrets.twilio_basic }}' },
        body: 'From=+15005550006&To={{.phone_number}}&Body=Hello!',
      },
      rate: '30/min',
    };
    const definition = parseTask({ settings: given, predicate: 'SELECT 1 AS entity_pk;\n' }, options);
    expect(formatTaskFile(definition)).toBe(`/*
name: welcome-sms
source: default
every: 10s
action:
  url: https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json
  headers:
    Authorization: Basic {{ secrets.twilio_basic }}
  body: From=+15005550006&To={{.phone_number}}&Body=Hello!
retries: 5
backoff:
  first: 30s
  factor: 2
  max: 1h
  jitter: 0.2
rate: 30/min
recheck: true
timeout: 15s
success:
  - 200-299
*/
SELECT 1 AS entity_pk;
`);
  });
});
