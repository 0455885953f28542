/** Golden texts: why a run's row could not be rendered. None of them holds a value of the row. */
import { expect, it } from 'vitest';
import { compileAction, RenderFault } from './index.js';

const url = 'https://api.example.com/messages';
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const json = { 'Content-Type': 'application/json' };
const xml = { 'Content-Type': 'text/xml' };
const columns = {
  name: 'Ada',
  gone: null,
  empty: '',
  dots: '..',
  nul: 'a\0b',
  line: 'a\r\nb: c',
  euro: '€',
  bell: '\x07',
  address: { city: 'Paris' },
  list: ['a', 'b'],
  nan: { $numberDecimal: 'NaN' },
  long: 'x'.repeat(70_000),
  languages: Array.from({ length: 150 }, (_, index) => `en-x-${index}`),
  many: Array.from({ length: 10_001 }, () => 1),
  deep: JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`),
};

const faultOf = (action: { url?: string; headers?: Record<string, string>; body?: string }): RenderFault => {
  const compiled = compileAction({ url, headers: form, body: '', ...action });
  try {
    compiled.render(columns, {});
  } catch (error) {
    if (error instanceof RenderFault) return error;
    throw error;
  }
  throw new Error('it was rendered');
};

it.each([
  [{ body: 'a=1\nb={{ nope }}' }, 'RENDER_MISSING_COLUMN', 'action.body:2:3: the row has no column "nope"'],
  [{ body: 'a={% if nope %}{% endif %}' }, 'RENDER_MISSING_COLUMN', 'action.body:1:6: the row has no column "nope"'],
  [
    { body: 'a={{ address.street }}' },
    'RENDER_MISSING_VALUE',
    'action.body:1:3: the row has no such value (where that may be, add a default: | default(""))',
  ],
  [
    { body: 'a={{ gone.city | upper }}' },
    'RENDER_MISSING_VALUE',
    'action.body:1:3: the row has no such value (where that may be, add a default: | default(""))',
  ],
  [
    { headers: { 'X-A': 'Basic {{ secrets.basic }}' } },
    'RENDER_SECRET_MISSING',
    'action.headers.X-A:1:7: there is no secret "basic" (set QUAIL_SECRET_BASIC)',
  ],
  [{ body: 'a={{ name | e164("US") }}' }, 'RENDER_NOT_A_NUMBER', 'action.body:1:3: e164 needs a phone number'],
  [{ body: 'a={{ "5005550010" | e164 }}' }, 'RENDER_NOT_A_NUMBER', 'action.body:1:3: e164 needs a phone number'],
  [{ body: 'a={{ name | e164(name) }}' }, 'RENDER_REGION', 'action.body:1:3: there is no such country'],
  [
    { headers: { 'X-A': '{{ line }}' } },
    'RENDER_HEADER',
    'action.headers.X-A:1:1: the value holds a line break or a character that a header has none for',
  ],
  [
    { headers: { 'X-A': 'a {{ empty }}' } },
    'RENDER_HEADER',
    'action.headers.X-A:1:1: the header would begin or end with a blank, which receivers take off',
  ],
  [
    { headers: { 'X-A': '{{ euro }}' } },
    'RENDER_HEADER',
    'action.headers.X-A:1:1: the value holds a line break or a character that a header has none for',
  ],
  [
    { headers: xml, body: '<a>{{ bell }}</a>' },
    'RENDER_XML',
    'action.body:1:4: the value holds a control character, for which XML has none',
  ],
  [
    { url: `${url}/{{ gone }}` },
    'RENDER_URL_PATH',
    'action.url:1:34: the value is empty, and a part of the path would be',
  ],
  [
    { url: `${url}/{{ empty }}/x` },
    'RENDER_URL_PATH',
    'action.url:1:34: the value is empty, and a part of the path would be',
  ],
  [
    { url: `${url}/{{ dots }}/x` },
    'RENDER_URL_PATH',
    'action.url:1:34: a value makes "." or ".." of a part of the path',
  ],
  [
    { body: 'a={{ name * 2 }}' },
    'RENDER_NOT_A_NUMBER',
    'action.body:1:3: this needs a number (texts are joined with ~)',
  ],
  [{ body: 'a={{ 1 / 0 }}' }, 'RENDER_NOT_A_NUMBER', 'action.body:1:3: this comes to no number'],
  [{ body: 'a={{ name | round }}' }, 'RENDER_NOT_A_NUMBER', 'action.body:1:3: round needs a number'],
  [{ headers: json, body: '[{{ nan }}]' }, 'RENDER_NOT_A_NUMBER', 'action.body:1:2: JSON has no such number'],
  [
    { body: 'a={{ name > 2 }}' },
    'RENDER_NOT_COMPARABLE',
    'action.body:1:3: only two numbers or two texts can be compared',
  ],
  [
    { body: 'a={% for a in name %}{% endfor %}' },
    'RENDER_NOT_A_LIST',
    'action.body:1:15: a loop with one name needs an array, one with two names an object or an array of pairs',
  ],
  [
    { body: 'a={% for a, b in list %}{% endfor %}' },
    'RENDER_NOT_A_LIST',
    'action.body:1:18: a loop with one name needs an array, one with two names an object or an array of pairs',
  ],
  [
    { body: 'a={{ name | date }}' },
    'RENDER_NOT_A_DATE',
    'action.body:1:3: the filter date needs a date or a timestamp',
  ],
  [{ body: 'a={{ "2026-01-01" | date(tz=name) }}' }, 'RENDER_TIME_ZONE', 'action.body:1:3: there is no such time zone'],
  [{ body: 'a={{ "2026-01-01" | date(locale=dots) }}' }, 'RENDER_LOCALE', 'action.body:1:3: there is no such locale'],
  [
    { headers: json, body: '{ {{ list }}: 1 }' },
    'RENDER_NOT_JSON',
    'action.body:1:1: with the values of this row the body is no JSON',
  ],
  [{ body: 'a={{ long }}' }, 'RENDER_TOO_LONG', 'action.body:1:3: the text is longer than 65536 characters'],
  [
    // Each language costs as much as a hundred turns of a loop.
    { body: 'a={% for x in languages %}{{ "2026-01-01" | date("%B", locale=x) }}{% endfor %}' },
    'RENDER_TOO_MANY_STEPS',
    'action.body:1:27: the template takes more than 10000 steps',
  ],
  [
    { body: 'a={% for x in list %}{{ x }}{% for y in many %}{{ y }}{% endfor %}{% endfor %}' },
    'RENDER_TOO_MANY_STEPS',
    'action.body:1:48: the template takes more than 10000 steps',
  ],
  [{ body: 'a={{ deep }}' }, 'RENDER_TOO_DEEP', 'action.body:1:3: the value is nested deeper than 64'],
])('%j', (action, code, message) => {
  const fault = faultOf(action);
  expect([fault.code, fault.message]).toEqual([code, message]);
});

it.each([
  ['a form', { body: 'a={{ nul }}' }],
  ['a form, within JSON', { body: 'a={{ nul | json }}' }],
  ['a JSON string', { headers: json, body: '"{{ nul }}"' }],
  ['a JSON value', { headers: json, body: '{{ nul }}' }],
  ['a path', { url: `${url}/{{ nul }}` }],
  ['a query', { url: `${url}?a={{ nul }}` }],
  ['a header', { headers: { 'X-A': '{{ nul }}' } }],
  ['plain text', { headers: { 'Content-Type': 'text/plain' }, body: '{{ nul }}' }],
  ['markup', { headers: xml, body: '{{ nul }}' }],
])('refuses a NUL character in %s', (_where, action) => {
  const fault = faultOf(action);
  expect(fault.code).toBe('RENDER_NUL');
  expect(fault.message).toContain('the value holds a NUL character, which no receiver takes');
});

it('names the part and the place for the log', () => {
  const { context, retryable } = faultOf({ body: 'a=1\nb={{ nope }}' });
  expect({ context, retryable }).toEqual({ context: { where: 'action.body', line: 2, column: 3 }, retryable: false });
});
