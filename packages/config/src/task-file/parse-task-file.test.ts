import { describe, expect, it } from 'vitest';
import { parseTaskFile, type TaskFile } from './parse-task-file.js';

const path = 'tasks/welcome-sms.sql';
const parse = (text: string, at = path): TaskFile => parseTaskFile(text, { path: at, scanIntervalMs: 10_000 });

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
const withBody = (body: string): string => `/*\naction:\n  url: https://example.com\n  ${body}\n*/\nSELECT 1`;

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
    expect(parse(small, 'tasks/reminder.sql').definition.settings).toEqual({
      name: 'reminder',
      source: 'default',
      everyMs: 10_000,
      action: { url: 'https://example.com', headers: {}, body: '' },
      retries: 5,
      backoff: { firstMs: 30_000, factor: 2, maxMs: 3_600_000, jitter: 0.2 },
      recheck: true,
      timeoutMs: 15_000,
      success: [[200, 299]],
    });
  });

  it.each([
    ['empty lines and line comments before', `\n-- who gets it\n${whole}`],
    ['a byte order mark', `\u{feff}${whole}`],
    ['lines that end as on Windows', whole.replaceAll('\n', '\r\n')],
    ['the settings right behind the sign', whole.replace('/*\nname', '/* name')],
  ])('may have %s', (_, text) => {
    const { settings, predicate } = parse(text).definition;
    expect(settings).toEqual(parse(whole).definition.settings);
    expect(predicate.trim()).toBe(parse(whole).definition.predicate.trim());
  });

  it('may stand in one line', () => {
    const { definition } = parse('/* action: { url: https://example.com } */ SELECT 1 AS entity_pk /* a /* b */ */');
    expect(definition.predicate).toBe('SELECT 1 AS entity_pk /* a /* b */ */');
  });

  it("may have PostgreSQL's strings that look like comments in its predicate", () => {
    for (const sql of [
      `SELECT '*/' x`,
      `SELECT $$ */ $$`,
      `SELECT $a$ */ $a$`,
      `SELECT E'\\'*/'`,
      `SELECT "*/" -- */`,
    ]) {
      expect(parse(small.replace('SELECT 1', () => sql)).definition.predicate).toContain(sql);
    }
  });

  it('keeps values of headers as they are written', () => {
    const { headers } = parse(withBody('headers: { A: 1.10, B: 0123, C: true, D: 2026-01-01, E: "x: y", F: ~ }'))
      .definition.settings.action;
    expect(headers).toEqual({ A: '1.10', B: '0123', C: 'true', D: '2026-01-01', E: 'x: y', F: '~' });
  });

  it.each([
    ['every', '1.5m', { everyMs: 90_000 }],
    ['rate', '60/min', { ratePerSecond: 1 }],
    ['recheck', 'false', { recheck: false }],
    [
      'success',
      '[200, 202-204]',
      {
        success: [
          [200, 200],
          [202, 204],
        ],
      },
    ],
    ['signWith', 'hooks_signing_2', { signWith: 'hooks_signing_2' }],
    ['sharedSecret', '"hooks_shared"', { sharedSecret: 'hooks_shared' }],
    ['backoff', '{ first: 1s }', { backoff: { firstMs: 1_000, factor: 2, maxMs: 3_600_000, jitter: 0.2 } }],
  ])('may set %s: %s', (name, value, expected) => {
    expect(parse(withBody(`body: x\n${name}: ${value}`)).definition.settings).toMatchObject(expected);
  });
});

describe('the place of a mistake in a task file', () => {
  const { locate } = parse(whole);
  const problem = { code: 'X', message: 'no such column', mend: 'none' };

  it('is that of the predicate and of each part of the action', () => {
    expect(locate({ ...problem, where: 'action.body', line: 1, column: 22 })).toEqual({
      ...problem,
      where: path,
      line: 10,
      column: 30,
    });
    expect(locate({ ...problem, where: 'predicate', line: 1, column: 8 })).toMatchObject({ line: 19, column: 8 });
    expect(locate({ ...problem, where: 'predicate' })).toMatchObject({ line: 19, column: 1 });
    expect(locate({ ...problem, where: 'action.headers.Authorization' })).toMatchObject({ line: 9, column: 5 });
    expect(locate({ ...problem, where: 'action.headers.Authorization', line: 1, column: 7 })).toMatchObject({
      line: 9,
      column: 26,
    });
    expect(locate({ ...problem, where: 'action.url', line: 1, column: 1 })).toMatchObject({ line: 6, column: 8 });
  });

  it('of a predicate in the same line as the settings counts from its own start', () => {
    const { locate: inOneLine } = parse('/* action: { url: https://example.com } */ SELECT x');
    expect(inOneLine({ ...problem, where: 'predicate', line: 1, column: 8 })).toMatchObject({ line: 1, column: 51 });
  });

  it.each([
    ['in one line', 'body: To={{.x}}'],
    ['in quotes', `body: 'it''s {{.x}}'`],
    ['in double quotes', 'body: "\\"a\\n\\u00e9\\" {{.x}}"'],
    ['in several lines', 'body: a\n    b\n    To={{.x}}'],
    ['in quotes over several lines', 'body: "a\n    b \\\n    To={{.x}}"'],
    ['in a block', 'body: |\n    {\n      "to": {{.x}}\n    }'],
    ['in a block that keeps no end', 'body: |-\n\n      From=1\n        &To={{.x}}'],
    ['in a folded block', 'body: >-\n    a\n    b\n\n    c\n      d\n    To={{.x}}'],
    ['in a block behind a comment', 'body: |  # the text\n    a\n    To={{.x}}'],
  ])('of a text %s is where it stands in the file', (_, body) => {
    const text = withBody(body);
    const file = parse(text);
    const before = file.definition.settings.action.body.split('{{.x}}')[0]?.split('\n') ?? [];
    const [line, column] = [before.length, (before.at(-1)?.length ?? 0) + 1];
    const place = file.locate({ ...problem, where: 'action.body', line, column });
    const at = text.slice(0, text.indexOf('{{.x}}')).split('\n');
    expect(place).toMatchObject({ line: at.length, column: (at.at(-1)?.length ?? 0) + 1 });
  });
});
