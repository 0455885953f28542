import { formatProblem, ProblemsError } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { parseTaskFile, type TaskFile } from './parse-task-file.js';

const parse = (text: string, path = 'tasks/welcome-sms.sql'): TaskFile =>
  parseTaskFile(text, { path, scanIntervalMs: 10_000 });

const problemsOf = (text: string, path?: string): string => {
  try {
    parse(text, path);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(formatProblem).join('\n');
    throw error;
  }
  throw new Error('no problem at all');
};

/** Every setting, as the documentation lists them. */
const whole = `/*
name: welcome-sms            # a-z, 0-9, '-'
source: default
every: 10s
action:
  url: https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json
  headers:
    Content-Type: application/x-www-form-urlencoded
    Authorization: Basic {{ secrets.twilio_basic }}
  body: From=+15005550006&To={{.phone_number}}&Body=Hello!
retries: 5                   # after the first attempt
backoff: { first: 30s, factor: 2, max: 1h, jitter: 0.2 }
rate: 10/s
recheck: true
onUnknown: hold
timeout: 15s
success: [200-299]
*/
SELECT uuid AS entity_pk, phone_number FROM public.users WHERE deleted_at IS NULL;
`;

const small = '/*\naction: { url: https://example.com, body: "" }\n*/\nSELECT 1 AS entity_pk';

describe('a task file', () => {
  it('gives its settings, its action and its predicate', () => {
    const { definition } = parse(whole);
    expect(definition).toEqual({
      predicate: 'SELECT uuid AS entity_pk, phone_number FROM public.users WHERE deleted_at IS NULL;\n',
      settings: {
        name: 'welcome-sms',
        source: 'default',
        everyMs: 10_000,
        action: {
          url: 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json',
          headers: {
            'Content-Type': 'application/x-www-form-urlencoded',
            Authorization: 'Basic {{ secrets.twilio_basic }}',
          },
          body: 'From=+15005550006&To={{.phone_number}}&Body=Hello!',
        },
        retries: 5,
        backoff: { firstMs: 30_000, factor: 2, maxMs: 3_600_000, jitter: 0.2 },
        ratePerSecond: 10,
        recheck: true,
        onUnknown: 'hold',
        timeoutMs: 15_000,
        success: [[200, 299]],
      },
    });
  });

  it('needs no more than an action and a SELECT', () => {
    const { settings } = parse(small, 'tasks/reminder.sql').definition;
    expect(settings).toMatchObject({ name: 'reminder', source: 'default', everyMs: 10_000, retries: 5, recheck: true });
  });

  it('may begin with a byte order mark, empty lines and line comments', () => {
    expect(parse(`\u{feff}\n-- who gets it\n${whole}`).definition).toEqual(parse(whole).definition);
  });

  it('tells where in the file a mistake in the body or in the predicate is', () => {
    const { locate } = parse(whole);
    const problem = { code: 'X', message: 'no such column' };
    expect(locate({ ...problem, where: 'action.body', line: 1, column: 22 })).toMatchObject({ line: 10, column: 30 });
    expect(locate({ ...problem, where: 'predicate', line: 1, column: 8 })).toMatchObject({ line: 19, column: 8 });
    expect(locate({ ...problem, where: 'action.headers.Authorization' })).toMatchObject({ line: 9, column: 5 });
  });

  it('tells it in a block of several lines too', () => {
    const text =
      '/*\naction:\n  url: https://example.com\n  body: |\n    {\n      "to": {{.phone}}\n    }\n*/\nSELECT 1';
    const place = parse(text).locate({ code: 'X', message: 'x', where: 'action.body', line: 2, column: 9 });
    expect(place).toMatchObject({ where: 'tasks/welcome-sms.sql', line: 6, column: 13 });
    expect(text.split('\n')[5]?.slice(12)).toBe('{{.phone}}');
  });
});

describe('a task file with mistakes is refused, with the place and the mend', () => {
  it.each([
    ['SELECT 1', 'tasks/welcome-sms.sql:1:1: a task file begins with its settings, in a comment'],
    ['/* name: x', 'tasks/welcome-sms.sql:1:1: the comment of settings never ends\n  → close it with */'],
    [
      whole.replace('retries:', 'retry:'),
      'tasks/welcome-sms.sql:11:1: there is no setting "retry"\n  → did you mean "retries"?',
    ],
    [
      whole.replace('  body:', '  boddy:'),
      'tasks/welcome-sms.sql:10:3: there is no setting "boddy" in "action"\n  → did you mean "body"?',
    ],
    [whole.replace('first: 30s', 'first: soon'), 'tasks/welcome-sms.sql:12:12: "backoff.first" must be a duration'],
    [
      whole.replace('10/s', 'fast'),
      'tasks/welcome-sms.sql:13:1: "rate" must be a rate such as 10/s or 60/min, not "fast"',
    ],
    [whole.replace('[200-299]', '[299-200]'), 'tasks/welcome-sms.sql:17:1: "success.0" must be statuses'],
    [whole.replace('hold', 'guess'), 'tasks/welcome-sms.sql:15:1: "onUnknown" must be hold, retry or fail'],
    [whole.replace('every: 10s', 'every: 10s\nevery: 20s'), 'tasks/welcome-sms.sql:5:1: the settings are no YAML'],
    [whole.replace(/SELECT[\s\S]*/, '-- nobody\n;'), 'tasks/welcome-sms.sql:19:1: there is no SQL after the settings'],
    [
      '/* action: { url: https://example.com, body: {a: 1} } */ SELECT 1',
      '"action.body" must be text: put it in quotes',
    ],
    ['/* name: x */ SELECT 1', 'the setting "action" is missing'],
    ['/* */ SELECT 1', 'the setting "action" is missing'],
    ['/* just text */ SELECT 1', 'must be lines of name: value'],
  ])('%#', (text, said) => expect(problemsOf(text)).toContain(said));

  it('all its mistakes at once', () => {
    const text = whole.replace('retries: 5', 'retries: many').replace('every: 10s', 'every: often');
    expect(problemsOf(text).split('\n')).toHaveLength(2);
  });

  it("a file's name that can't name a task", () => {
    expect(problemsOf(small, 'tasks/My Task.sql')).toContain('"My Task" is no name for a task');
  });
});
