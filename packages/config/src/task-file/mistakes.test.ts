import { ProblemsError } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { parseTaskFile } from './parse-task-file.js';

const said = (text: string, path = 'tasks/a.sql'): string => {
  try {
    parseTaskFile(text, { path, scanIntervalMs: 10_000 });
  } catch (error) {
    if (error instanceof ProblemsError) return error.message;
    throw error;
  }
  throw new Error('no problem at all');
};

const settings = (yaml: string): string => `/*\n${yaml}\n*/\nSELECT 1`;
const action = (yaml: string): string => settings(`action:\n  url: https://example.com\n  ${yaml}`);
const quoteIt = '\n  → put the text in quotes, or below its name in a block: |';
const howToWriteSigns = '\n  → within the settings, write %2A for the * of a URL, or "\\x2A" in double quotes';
const addAction = '\n  → add action: with url, headers and body below it, indented';

describe('a task file without settings, or without an end of them', () => {
  const none = `a task file begins with its settings, in a comment: /* name: …, action: … */
  → put the settings before the SQL; examples/ has a file to start from`;

  it.each([
    ['', `tasks/a.sql:1:1: ${none}`],
    ['-- for all\nSELECT 1 /* a: b */', `tasks/a.sql:2:1: ${none}`],
    ['/* name: x', 'tasks/a.sql:1:1: the comment of settings never ends\n  → close it with */ before the SQL'],
    [
      '/*\naction:\n  url: https://example.com/*/x\n*/\nSELECT 1',
      `tasks/a.sql:3:27: this /* opens a comment within the comment of settings (they nest in SQL), and a */ is missing${howToWriteSigns}`,
    ],
    [
      action('body: every */5 minutes'),
      `tasks/a.sql:4:15: the comment of settings ends here, at its first */, but another */ follows in line 5${howToWriteSigns}`,
    ],
    [settings(''), `tasks/a.sql:1:3: the setting "action" is missing${addAction}`],
    [settings('who gets it'), 'tasks/a.sql:1:3: the settings must be lines of name: value'],
    [settings('- action'), 'tasks/a.sql:1:3: the settings must be lines of name: value'],
    [settings('name: x'), `tasks/a.sql:1:3: the setting "action" is missing${addAction}`],
  ])('%j', (text, expected) => expect(said(text)).toBe(expected));
});

describe('settings that are no YAML', () => {
  it.each([
    ['body: Hello: you', `tasks/a.sql:4:9: a ": " within text makes settings of it${quoteIt}`],
    ['body: {{.x}} and more', `tasks/a.sql:4:16: text goes on behind the end of a value${quoteIt}`],
    [
      'body: "abc',
      `tasks/a.sql:5:1: a quote is opened and never closed\n  → close it; in single quotes, ' is written ''`,
    ],
    ["body: 'it's'", `tasks/a.sql:4:13: text goes on behind the end of a value${quoteIt}`],
    ['body: @x', `tasks/a.sql:4:9: text can't begin with this sign${quoteIt}`],
    [
      'body: [1, 2',
      `tasks/a.sql:5:1: this is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ]
  → check quotes, brackets and indentation`,
    ],
    [
      'body: "\\d"',
      `tasks/a.sql:4:10: there is no such escape within double quotes
  → write \\\\ for a backslash, or use single quotes, in which it stands for itself`,
    ],
    ['body: x\n  body: y', 'tasks/a.sql:5:3: this setting is there twice\n  → keep one of the two'],
    ['body: x\n---\na: b', 'tasks/a.sql:5:1: there is more than one YAML document\n  → leave out the line ---'],
  ])('%j', (yaml, expected) => expect(said(action(yaml))).toBe(expected));

  it('because a tab indents them', () => {
    expect(said(settings('action:\n\turl: x'))).toBe('tasks/a.sql:3:1: a tab indents here\n  → indent with spaces');
  });
});

describe('text that YAML would change without a word', () => {
  it.each([
    ['body: *Hello*', `tasks/a.sql:4:9: a * at the start means a repetition in YAML${quoteIt}`],
    ['body: &Body=Hello', `tasks/a.sql:4:9: a & at the start is a mark in YAML and no part of the text${quoteIt}`],
    ['body: !now x', `tasks/a.sql:4:9: a ! at the start is a mark in YAML and no part of the text${quoteIt}`],
    [
      'body: You are #1: no',
      `tasks/a.sql:4:17: a " #" begins a comment: the text would end before it
  → put the text in quotes, or the comment on a line of its own`,
    ],
    [
      'headers:\n    Authorization: Basic x # mine',
      `tasks/a.sql:5:28: a " #" begins a comment: the text would end before it
  → put the text in quotes, or the comment on a line of its own`,
    ],
  ])('%j', (yaml, expected) => expect(said(action(yaml))).toBe(expected));

  it('is fine where a person means it', () => {
    const fine = action('body: "x"   # quoted\n  # a line of its own\nretries: 3 # times');
    expect(() => parseTaskFile(fine, { path: 'a.sql', scanIntervalMs: 1 })).not.toThrow();
  });
});

describe('settings that are not there, or not so', () => {
  const list =
    'name, source, every, action, retries, backoff, rate, lane, defaultRegion, recheck, onChange, onUnknown, timeout, success, signWith, sharedSecret';

  it('are all told at once, in the order of the file', () => {
    const text = action(`body: x
retries: many
every: 5
source: My_DB
rate: 10
backoff: { first: 2m, fristt: 1 }
recheck: yes
onUnknown: maybe
timeout: 1h
success: [abc, 200]
name: Foo
retry: 3`);
    expect(said(text)).toBe(`\
tasks/a.sql:5:1: "retries" must be a whole number from 0 to 50, not "many"
tasks/a.sql:6:1: "every" must be a duration from 1s to 20d, such as 10s, 5m or 1h, not "5"
tasks/a.sql:7:1: "source" must be a name of at most 63 of a-z, 0-9 and '-', not "My_DB"
tasks/a.sql:8:1: "rate" must be a rate such as 10/s, 60/min or 1000/h, not "10"
tasks/a.sql:9:23: there is no setting "fristt" in "backoff"
  → did you mean "first"? the settings are: first, factor, max, jitter
tasks/a.sql:10:1: "recheck" must be true or false, not "yes"
tasks/a.sql:11:1: "onUnknown" must be hold, retry or fail, not "maybe"
tasks/a.sql:12:1: "timeout" must be a duration from 100ms to 5m, such as 10s, 5m or 1h, not "1h"
tasks/a.sql:13:1: "success" must be a status or a range of them, such as [200-299] or [200, 202], not "abc"
tasks/a.sql:14:1: "name" must be a name of at most 63 of a-z, 0-9 and '-', not "Foo"
tasks/a.sql:15:1: there is no setting "retry"
  → did you mean "retries"? the settings are: ${list}`);
  });

  it.each([
    [
      'boddy: x',
      'tasks/a.sql:4:3: there is no setting "boddy" in "action"\n  → did you mean "body"? the settings are: url, headers, body',
    ],
    [
      'method: GET',
      'tasks/a.sql:4:3: there is no setting "method" in "action"\n  → the settings are: url, headers, body',
    ],
    ['body: {{.x}}', 'tasks/a.sql:4:3: "action.body" must be text: put it in quotes, or in a block: |'],
    ['body:\n    to: x', 'tasks/a.sql:4:3: "action.body" must be text: put it in quotes, or in a block: |'],
    ['headers: x', 'tasks/a.sql:4:3: "action.headers" must be lines of Name: value'],
    ['headers:\n    A: [x]', 'tasks/a.sql:5:5: "action.headers.A" must be text: put it in quotes, or in a block: |'],
    ['body: x\nsuccess: 200', 'tasks/a.sql:5:1: "success" must be a list such as [200-299]'],
    ['body: x\nsuccess: []', 'tasks/a.sql:5:1: "success" must name at least one status'],
    [
      'body: x\nsuccess: [299-200]',
      'tasks/a.sql:5:1: "success" must be a status or a range of them, such as [200-299] or [200, 202], not "299-200"',
    ],
    [
      'body: x\nbackoff: { first: 2h }',
      'tasks/a.sql:5:1: "backoff.max" must not be shorter than "backoff.first"; it is 1h unless set',
    ],
    [
      'body: x\nbackoff: 10s',
      'tasks/a.sql:5:1: "backoff" must be settings such as { first: 30s, factor: 2, max: 1h, jitter: 0.2 }',
    ],
  ])('%j', (yaml, expected) => expect(said(action(yaml))).toBe(expected));

  it.each([
    ['action:', 'tasks/a.sql:2:1: "action" must hold url, headers and body'],
    ['action: https://example.com', 'tasks/a.sql:2:1: "action" must hold url, headers and body'],
    [
      'action:\n  body: x',
      'tasks/a.sql:2:1: the setting "action.url" is missing\n  → add url: with the address that takes the POST',
    ],
  ])('%j', (yaml, expected) => expect(said(settings(yaml))).toBe(expected));

  it.each(['signWith', 'sharedSecret'])('%s tells a secret from the name of one, and does not repeat it', (setting) => {
    const nameIt = `tasks/a.sql:5:1: "${setting}" must be the name of a secret`;
    const whole = `${nameIt}, made of a-z, 0-9 and '_', and not the secret itself`;
    expect(said(action(`body: x\n${setting}: whsec_Hunter2+/=`))).toBe(whole);
    expect(said(action(`body: x\n${setting}: "{{ secrets.hunter2 }}"`))).toBe(whole);
    expect(said(action(`body: x\n${setting}: {{ secrets.hunter2 }}`))).toBe(nameIt);
    expect(said(action(`body: x\n${setting}: ''`))).toBe(whole);
  });

  it('repeat no text of the action, which may hold a credential', () => {
    expect(said(action('headers:\n    Authorization: [hunter2]'))).not.toContain('hunter2');
  });
});

it.each(['', ';', '-- nobody\n;', '/* a /* b */ c */ ;'])('a predicate that is none: %j', (sql) => {
  expect(said(`/* action: { url: https://example.com } */\n${sql}`)).toBe(`\
tasks/a.sql:2:1: there is no SQL after the settings
  → add the SELECT that returns the entities, with their key as entity_pk`);
});

it("a file's name that can't name a task", () => {
  expect(said('/* action: { url: https://example.com } */ SELECT 1', 'tasks/My Task.sql')).toBe(`\
tasks/My Task.sql: the task is named after its file, but "My Task" is no name for a task
  → rename the file, or set name: to something made of a-z, 0-9 and '-'`);
});
