/** Templates that mean harm: each is refused when it is compiled or rendered, or it comes to plain text. In bounded time. */
import { ProblemsError } from '@quailrunner/domain';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { compileAction, RenderFault } from './index.js';

const columns = {
  name: 'Ada',
  text: 'x'.repeat(60_000),
  greek: 'ώ'.repeat(60_000),
  accents: 'ε\u0301'.repeat(30_000),
  marks: `e${'\u0301'.repeat(60_000)}`,
  list: ['a', 'b', 'c'],
  many: Array.from({ length: 10_000 }, (_, index) => index),
  object: JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "own", "a": {"b": 1}}'),
  number: { $numberDecimal: '12.50' },
  gone: null,
};
const secrets = { token: 'tok-secret' };

const prototypeWalks = [
  '{{ name.constructor }}',
  '{{ name.constructor.constructor("return process")() }}',
  '{{ name["constructor"]["constructor"] }}',
  '{{ name["con" ~ "structor"] }}',
  '{{ name["__pro" ~ "to__"] }}',
  '{{ name.__proto__ }}',
  '{{ name.toString }}',
  '{{ name.at }}',
  '{{ list.constructor }}',
  '{{ list.__proto__.push }}',
  '{{ list.map }}',
  '{{ list["con" + "cat"] }}',
  '{{ object.hasOwnProperty }}',
  '{{ object.toString }}',
  '{{ object.a.constructor.prototype }}',
  '{{ object.a["__proto__"] }}',
  '{{ number.toFixed }}',
  '{{ number.$numberDecimal.constructor }}',
  '{{ loop.constructor }}',
  '{% for a in list %}{{ loop.constructor.constructor }}{% endfor %}',
  '{% for key, value in object %}{{ value.constructor }}{% endfor %}',
  '{{ secrets.constructor }}',
  '{{ secrets.__proto__ }}',
  '{{ secrets["tok" ~ "en"] }}',
  '{{ secrets.token.constructor }}',
  '{{ __proto__ }}',
  '{{ constructor }}',
  '{{ hasOwnProperty }}',
  '{{ toString }}',
  '{{ (name).constructor }}',
  '{{ [].constructor }}',
  '{{ "".constructor }}',
  '{{ (1).constructor }}',
  '{{ true.constructor }}',
  '{{ name | default("x").constructor }}',
];

const reaches = [
  '{{ range.constructor("return 1")() }}',
  '{{ cycler("a", "b") }}',
  '{{ joiner() }}',
  '{{ range(1, 1000000000) }}',
  '{{ globalThis }}',
  '{{ process.env }}',
  '{{ this }}',
  '{{ require("fs") }}',
  '{{ self }}',
  '{{ super() }}',
  '{{ caller() }}',
  '{{ name.replace("a", "b") }}',
  '{{ name | constructor }}',
  '{{ name | __proto__ }}',
  '{{ name | hasOwnProperty }}',
  '{{ name | safe }}',
  '{{ name is constructor }}',
  '{{ name | date("%constructor") }}',
  '{{ name | replace(r/(a+)+$/, "b") }}',
  '{{ r/(a+)+$/.exec(text) }}',
  '{{ {"__proto__": name} }}',
  '{{ {a: 1}.constructor }}',
];

const tags = [
  '{% include "/etc/passwd" %}',
  '{% import "x" as y %}',
  '{% from "x" import y %}',
  '{% extends "x" %}',
  '{% block a %}{% endblock %}',
  '{% macro a() %}{% endmacro %}',
  '{% call a() %}{% endcall %}',
  '{% set name = "x" %}',
  '{% set constructor %}{% endset %}',
  '{% filter upper %}a{% endfilter %}',
  '{% switch name %}{% case 1 %}{% endswitch %}',
  '{% raw %}{{ x }}{% endraw %}',
  '{% verbatim %}{% endverbatim %}',
  '{% asyncEach a in list %}{% endeach %}',
  '{% asyncAll a in list %}{% endall %}',
  '{% ifAsync name %}{% endif %}',
  '{% for __proto__ in list %}{{ __proto__ }}{% endfor %}',
  '{% for constructor in list %}{{ constructor.constructor }}{% endfor %}',
];

const loops = (depth: number, inside: string) =>
  `${'{% for a in many %}'.repeat(depth)}${inside}${'{% endfor %}'.repeat(depth)}`;

const bombs = [
  loops(6, 'x'),
  loops(2, ''),
  loops(1, '{{ text }}'),
  loops(1, '{{ text | upper | lower | title | trim | json }}'),
  loops(1, '{% if text in text %}{% endif %}'),
  loops(1, '{% if 1 in many %}{% endif %}'),
  loops(1, '{{ many | json }}'),
  loops(1, '{{ text | replace("x", text) }}'),
  loops(1, '{{ text | replace("xxxxxxxxxxxxxxxxy", "") | truncate(1) }}'),
  loops(1, '{{ greek | truncate(1) }}'),
  loops(1, '{{ greek | truncate(50000) | truncate(1) }}'),
  loops(1, '{{ accents | truncate(29999, true) | truncate(1) }}'),
  loops(1, '{{ marks | truncate(50000) | truncate(1) }}'),
  loops(1, '{{ "abc" | truncate(2, true, greek) }}'),
  loops(1, '{{ text ~ text }}'),
  loops(1, '{{ name | truncate(99999999) }}'),
  loops(1, '{{ "2026-01-01T00:00:00Z" | date("%B", tz="Etc/GMT+" ~ (loop.index % 12)) | truncate(1) }}'),
  '{% for n in many %}{{ "2026-01-01" | date("%B", locale="en-x-" ~ n) | truncate(1) }}{% endfor %}',
  `{{ ${'text ~ '.repeat(40)}text }}`,
  `{{ ${'text ~ '.repeat(9_000)}text }}`,
  `{{ ${'9999999 ** '.repeat(40)}9 }}`,
  `{{ ${'99999999999999999999 * '.repeat(60)}9 }}`,
  '{{ 1e999999999 }}',
  '{{ 9 ** 9 ** 9 ** 9 }}',
  '{{ 1 / 0 }}',
  '{{ name | round(999999999) }}',
  `{{ ${'('.repeat(30_000)}name }}`,
  `{{ ${'['.repeat(10_000)}name${']'.repeat(10_000)} }}`,
  `{{ ${'not '.repeat(16_000)}name }}`,
  `{{ ${'- '.repeat(32_000)}1 }}`,
  `{{ name${'.a'.repeat(32_000)} }}`,
  `{{ name${' | upper'.repeat(8_000)} }}`,
  `{{ name${'[0]'.repeat(20_000)} }}`,
  `${'{% if name %}'.repeat(5_000)}`,
  `{% if name %}${'{% elif name %}'.repeat(4_000)}{% endif %}`,
  `${'{{ nope }}'.repeat(6_000)}`,
  `{{ "${'\\'.repeat(60_000)}" }}`,
  `{%-${' '.repeat(60_000)}`,
  `${' '.repeat(60_000)}{{- name }}`,
  `${'{#'.repeat(30_000)}`,
  `${'#}'.repeat(30_000)}`,
  `${' \n'.repeat(30_000)}=&`,
  `${'{'.repeat(60_000)}`,
  `${'"'.repeat(60_000)}`,
  `${'/*'.repeat(30_000)}`,
  `${','.repeat(60_000)}`,
];

const positions = [
  { 'Content-Type': 'application/x-www-form-urlencoded' },
  { 'Content-Type': 'application/json' },
  { 'Content-Type': 'text/plain' },
];

const run = (body: string, headers: Record<string, string>, names?: readonly string[]): string => {
  try {
    const compiled = compileAction({ url: 'https://x.example/', headers, body }, names ? { columns: names } : {});
    return compiled.render(columns, secrets).body;
  } catch (error) {
    if (error instanceof ProblemsError || error instanceof RenderFault) return 'refused';
    throw error;
  }
};

const prototypes = () =>
  [Object, Array, String, Number, Function, RegExp].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
    .length;
const before = prototypes();
afterEach(() => {
  expect(prototypes()).toBe(before);
  expect('polluted' in {}).toBe(false);
});

it.each([...prototypeWalks, ...reaches, ...tags])('%s', (template) => {
  for (const headers of positions) {
    for (const body of [template, `a=${template}`]) {
      const outcome = run(body, headers, Object.keys(columns));
      // A row's own property may be called anything: it is data.
      expect(['refused', 'a=abc', 'abc', 'a=', '']).toContain(outcome);
      expect(['refused', 'a=abc', 'abc', 'a=', '']).toContain(run(body, headers));
    }
  }
});

it('reads what a row itself calls constructor or __proto__, and nothing behind it', () => {
  const body =
    '{{ object.constructor }} {{ object["__proto__"].polluted }} {% for key in [object] %}{{ key.constructor }}{% endfor %}';
  expect(run(body, { 'Content-Type': 'text/plain' })).toBe('own yes own');
});

it.each(bombs.map((template) => [template.slice(0, 60), template]))('in bounded time: %s', (_title, template) => {
  const startedAt = performance.now();
  for (const headers of positions) run(template, headers, Object.keys(columns));
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

it('whatever stands in a template, it is refused or comes to text', () => {
  const words = [
    ...'{{ }} {% %} {# #} {{- -}} {%- -%} ( ) [ ] { } . , : | ~ + - * / // % ** = == != < > " \' \\ r/ & \n'.split(' '),
    ...'if elif else endif for in endfor is not and or none true set include macro raw range loop secrets'.split(' '),
    ...'name list object number gone nope constructor __proto__ upper default date 1 2.5 "a" %41 $'.split(' '),
    ' ',
    ' ',
    ' ',
  ];
  const template = fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((parts) => parts.join(''));
  const wrapped = fc.oneof(
    template,
    template.map((text) => `{{ ${text} }}`),
    template.map((text) => `{% if ${text} %}a{% endif %}`),
  );
  fc.assert(
    fc.property(wrapped, fc.constantFrom(...positions), (body, headers) => {
      expect(run(body, headers)).not.toMatch(/native code|\[object [A-Z]|tok-secret/);
    }),
    { numRuns: 10_000 },
  );
});
