/** What the template language means, seen from outside: one text/plain body, one row. */
import { describe, expect, it } from 'vitest';
import { compileAction } from '../index.js';

const row = {
  name: 'ada lovelace',
  empty: '',
  gone: null,
  yes: true,
  no: false,
  zero: 0,
  three: 3,
  price: { $numberDecimal: '12.50' },
  big: { $numberDecimal: '9007199254740993' },
  naught: { $numberDecimal: '0.00' },
  list: ['a', 'b', 'c'],
  pairs: [
    ['k', 1],
    ['l', 2],
  ],
  nothing: [],
  address: { city: 'Paris', lines: ['1 rue X', '75001'], geo: null },
  status: 'active',
};

const render = (body: string, columns = {}): string =>
  compileAction({ url: 'https://x.example/', headers: { 'Content-Type': 'text/plain' }, body }).render(
    { ...row, ...columns },
    {},
  ).body;

const each = (cases: [template: string, expected: string][]) =>
  it.each(cases)('%j is %j', (template, expected) => expect(render(template)).toBe(expected));

describe('names and paths', () =>
  each([
    [
      '{{.name}}|{{ .name }}|{{ name }}|{{name}} {{- name -}} |',
      'ada lovelace|ada lovelace|ada lovelace|ada lovelaceada lovelace|',
    ],
    [
      '{{.address.city}} {{ address.city }} {{ address["city"] }} {{ .address["ci" ~ "ty"] }}',
      'Paris Paris Paris Paris',
    ],
    ['{{ address.lines[1] }} {{ address.lines.length }} {{ name.length }} {{ list[three - 1] }}', '75001 2 12 c'],
    ['{{ list }} {{ address }}', '["a","b","c"] {"city":"Paris","lines":["1 rue X","75001"],"geo":null}'],
    ['{{ price }} {{ big }} {{ three }} {{ yes }} {{ gone }}.', '12.50 9007199254740993 3 true .'],
    ['{{ "{{" }} {{ \'it"s\' }} {{ "a\\"b" }} {{ "a\\nb" }}', '{{ it"s a"b a\nb'],
    ['a {# a comment {{ nope }} #}b', 'a b'],
    ['x {{- name }} {%- if yes -%} y {%- endif -%} {#- z -#} .', 'xada lovelacey.'],
  ]));

describe('conditions', () => {
  each([
    ['{% if name %}1{% endif %}{% if not empty %}2{% endif %}{% if gone %}3{% else %}4{% endif %}', '124'],
    ['{% if zero or naught or nothing or no %}1{% elif price and list and yes %}2{% else %}3{% endif %}', '2'],
    ['{% if .three == 3 and .price == 12.5 and price > 12 and price <= 12.50 %}yes{% endif %}', 'yes'],
    ['{% if big == 9007199254740992 %}1{% endif %}{% if big > 9007199254740992 %}2{% endif %}', '2'],
    [
      '{% if status == "active" %}1{% endif %}{% if status != "gone" %}2{% endif %}{% if status < "b" %}3{% endif %}',
      '123',
    ],
    ['{% if gone == none and gone is none and gone is defined and address.x is undefined %}1{% endif %}', '1'],
    ['{% if gone > 1 or gone < 1 %}1{% else %}2{% endif %}', '2'],
    ['{% if three == "3" and yes == "true" %}1{% endif %}{% if 1 < three < 4 %}2{% endif %}', '12'],
    [
      '{% if "b" in list %}1{% endif %}{% if "love" in name %}2{% endif %}{% if "city" in address %}3{% endif %}{% if "x" not in list %}4{% endif %}',
      '1234',
    ],
    ['{% if status in ["new", "active"] %}1{% endif %}{% if "toString" in address %}2{% endif %}', '1'],
    ['{{ "yes" if yes else "no" }} {{ "yes" if no else "no" }} {{ "x" if no }}.', 'yes no .'],
    ['{{ gone or "there" }} {{ name and three }}', 'there 3'],
    ['{% if yes %}a{% if no %}b{% else %}c{% endif %}d{% endif %}', 'acd'],
    [
      '{% if three is number and name is string and price is number %}1{% endif %}{% if name is not number %}2{% endif %}',
      '12',
    ],
    ['{% if price is truthy and naught is falsy %}1{% else %}2{% endif %}', '1'],
  ]);
});

describe('loops', () =>
  each([
    [
      '{% for x in list %}{{ loop.index }}/{{ loop.length }}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}',
      '1/3a, 2/3b, 3/3c',
    ],
    [
      '{% for x in .nothing %}{{ x }}{% else %}none{% endfor %}{% for x in gone %}{{ x }}{% else %}null{% endfor %}',
      'nonenull',
    ],
    [
      '{% for key, value in address %}{{ key }}={{ value | json }};{% endfor %}',
      'city="Paris";lines=["1 rue X","75001"];geo=null;',
    ],
    ['{% for key, value in pairs %}{{ key }}{{ value }}{% endfor %}', 'k1l2'],
    [
      '{% for x in list %}{% for x in pairs %}{{ x[0] }}{{ loop.index0 }}{% endfor %}{{ x }}{{ loop.first }} {% endfor %}',
      'k0l1atrue k0l1bfalse k0l1cfalse ',
    ],
    ['{% for name in list %}{{ name }}{% endfor %}{{ name }}', 'abcada lovelace'],
  ]));

describe('arithmetic', () => {
  each([
    ['{{ three + 1 }} {{ three - 5 }} {{ three * price }} {{ -three }} {{ +three }}', '4 -2 37.50 -3 3'],
    ['{{ 0.1 + 0.2 }} {{ big + 1 }} {{ big * 10 }}', '0.3 9007199254740994 90071992547409930'],
    ['{{ 7 / 2 }} {{ 7 // 2 }} {{ 7 % 2 }} {{ 2 ** 10 }} {{ (1 + 2) * 3 }}', '3.5 3 1 1024 9'],
    ['{{ name ~ " " ~ three }} {{ "a" + three }}', 'ada lovelace 3 a3'],
  ]);
});

describe('filters', () => {
  each([
    ['{{ gone | default("there") }} {{ address.geo | default("x") }} {{ address.no | default("y") }}', 'there x y'],
    [
      '{{ empty | default("there") }}|{{ empty | default("there", true) }}|{{ no | default("there", boolean=true) }}',
      '|there|there',
    ],
    [
      '{{ "(500) 555-0010" | e164("US") }} {{ "+49 151 23456789" | e164 }}{{ gone | e164 }}',
      '+15005550010 +4915123456789',
    ],
    ['{{ name | upper }} {{ "ÄÖ" | lower }} {{ "  x " | trim }}.', 'ADA LOVELACE äö x.'],
    ['{{ name | title }} {{ "élan o\'neil JEAN-LUC" | title }}', "Ada Lovelace Élan O'neil Jean-Luc"],
    [
      '{{ "one two three" | truncate(9) }}|{{ "one two three" | truncate(13) }}|{{ "one two three" | truncate(9, true) }}',
      'one...|one two three|one tw...',
    ],
    [
      '{{ "one two three" | truncate(10) }}|{{ "one two three" | truncate(length=8, end="") }}|{{ "abc" | truncate(2) }}',
      'one two...|one two|..',
    ],
    ['{{ "👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧" | truncate(2, true, "") }}', '👩‍👩‍👧👩‍👩‍👧'],
    [`{{ "${'👩‍👩‍👧'.repeat(200)}" | truncate(150, true, "") }}`, '👩‍👩‍👧'.repeat(150)],
    [`{{ "${'🇩🇪'.repeat(200)}" | truncate(131) }}`, `${'🇩🇪'.repeat(128)}...`],
    [`{{ "e${'\u0301'.repeat(2000)}b" | truncate(1, true, "") }}`, `e${'\u0301'.repeat(2000)}`],
    ['{{ "日本語" | truncate(2) }}|{{ "日本語" | truncate(0) }}|{{ "日本語" | truncate(3) }}', '..||日本語'],
    [
      '{{ "a.b.c" | replace(".", "-") }} {{ name | replace("x", "y") }} {{ "$&" | replace("$", "$$") }}',
      'a-b-c ada lovelace $$&',
    ],
    [
      '{{ price | round }} {{ price | round(1) }} {{ price | round(3) }} {{ "2.5" | round }} {{ -2.5 | round }} {{ 0.005 | round(2) }}',
      '13 12.5 12.500 3 -3 0.01',
    ],
    ['{{ "a b&c/é" | urlencode }}', 'a%20b%26c%2F%C3%A9'],
    [
      '{{ address.lines | json }} {{ name | json }} {{ gone | json }} {{ price | json }}',
      '["1 rue X","75001"] "ada lovelace" null 12.50',
    ],
    ['{{ name | upper | truncate(3, true, "") | lower }}', 'ada'],
  ]);
});

describe('the filter date', () => {
  const at = '2026-03-29T00:30:05.25+00:00';
  it.each([
    ['at | date', '2026-03-29'],
    ['at | date("%Y-%m-%d %H:%M:%S")', '2026-03-29 00:30:05'],
    ['at | date("%d.%m.%Y %H:%M", "Europe/Berlin")', '29.03.2026 01:30'],
    // An hour later the clocks have changed.
    ['"2026-03-29T01:30:00Z" | date("%H:%M", tz="Europe/Berlin")', '03:30'],
    ['at | date("%A, %-d %B %y, %-I:%M %p", tz="America/New_York")', 'Saturday, 28 March 26, 8:30 PM'],
    ['at | date("%a %d %b", locale="de")', 'So 29 Mär'],
    ['at | date("%-m/%-d at %I:%M%%")', '3/29 at 12:30%'],
    ['at | date("%H", tz=zone)', '09'],
    ['at | date("%H", tz=gone)', '00'],
    // A calendar day and a clock on the wall have no zone to be moved from.
    ['"2026-03-29" | date("%d.%m. %H:%M", tz="America/New_York")', '29.03. 00:00'],
    ['"2026-03-29T22:15:00" | date("%d.%m. %H:%M", tz="Asia/Tokyo")', '29.03. 22:15'],
    ['"2026-03-29 22:15:00.123456+05:30" | date("%H:%M")', '16:45'],
    ['"0026-01-02" | date("%Y")', '0026'],
    ['gone | date', ''],
  ])('{{ %s }} is %j', (expression, expected) =>
    expect(render(`{{ ${expression} }}`, { at, zone: 'Asia/Tokyo' })).toBe(expected),
  );
});
