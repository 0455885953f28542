/** Golden texts: what a person reads who made a mistake in an action. */
import { formatProblem, ProblemsError } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { compileAction } from './index.js';

const url = 'https://api.example.com/messages';
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const json = { 'Content-Type': 'application/json' };
const columns = ['phone_number', 'first_name', 'items', 'x', 'y'];

const textOf = (
  action: { url?: string; headers?: Record<string, string>; body?: string },
  secrets?: string[],
): string => {
  try {
    compileAction({ url, headers: form, body: '', ...action }, { columns, ...(secrets && { secrets }) });
    return 'no mistake';
  } catch (error) {
    if (error instanceof ProblemsError) return error.message;
    throw error;
  }
};

const body = (text: string) => textOf({ body: text });
const jsonBody = (text: string) => textOf({ headers: json, body: text });

describe('tags', () => {
  it.each([
    ['a=1\nTo={{.phone', 'action.body:2:4: this {{ is never closed\n  → close it with }}'],
    ['a={{ .x and {{ .y }}', 'action.body:1:3: this {{ is never closed\n  → close it with }}'],
    ['a={{ x %}', 'action.body:1:3: this {{ is never closed\n  → close it with }}'],
    ['a={% if x', 'action.body:1:3: this {% is never closed\n  → close it with %}'],
    ['a={% if x }}', 'action.body:1:3: this {% is never closed\n  → close it with %}'],
    [
      'a={{ x | default("there) }}',
      'action.body:1:18: this quote is never closed\n  → close it before the end of its tag',
    ],
    ['a={# x', 'action.body:1:3: this comment is never closed\n  → close it with #}'],
    ['a=x #}', 'action.body:1:5: "#}" closes a comment that was never opened\n  → to write it as text: {{ "#}" }}'],
    ['a={% if x %}b', 'action.body:1:3: this {% if %} is never closed\n  → close it with {% endif %}'],
    ['a={% for i in items %}b', 'action.body:1:3: this {% for %} is never closed\n  → close it with {% endfor %}'],
    [
      'a={% if x %}{% endfor %}',
      'action.body:1:13: {% endfor %} closes or continues nothing here\n  → each {% if %} ends with {% endif %}, each {% for %} with {% endfor %}, the inner one first',
    ],
    [
      'a={% if x %}1{% else %}2{% elif y %}3{% endif %}',
      'action.body:1:25: {% elif %} closes or continues nothing here\n  → each {% if %} ends with {% endif %}, each {% for %} with {% endfor %}, the inner one first',
    ],
    ['a={{ }}', 'action.body:1:3: this tag is empty\n  → name a column: {{.column}}'],
    ['a={{ . }}', "action.body:1:6: a column's name is missing after this dot\n  → write {{.column}}"],
    ['a={{{ x }}}', 'action.body:1:3: a tag has two braces\n  → write {{.column}}'],
    [
      'a={{#if x}}b{{/if}}',
      'action.body:1:3: this is the form of another template language\n  → write {% if column %} … {% endif %} or {% for item in column %} … {% endfor %}\n' +
        'action.body:1:13: this is the form of another template language\n  → write {% if column %} … {% endif %} or {% for item in column %} … {% endfor %}',
    ],
    ['a={% esle %}', 'action.body:1:6: unknown tag {% esle %}\n  → did you mean {% else %}?'],
    ['a={% with %}', 'action.body:1:6: unknown tag {% with %}\n  → the tags are if, elif, else, endif, for, endfor'],
    [
      'a={% include "x" %}',
      "action.body:1:6: {% include %} isn't allowed in an action\n  → the tags are if, elif, else, endif, for, endfor",
    ],
    [
      'a={{ x y }}',
      'action.body:1:8: "y" isn\'t understood here\n  → tags look like {{.column}}, {{ column | filter }}, {% if column %} … {% endif %}',
    ],
    [
      'a={{ x[] }}',
      'action.body:1:7: something is missing here\n  → tags look like {{.column}}, {{ column | filter }}, {% if column %} … {% endif %}',
    ],
    [
      'a={{ (x }}',
      'action.body:1:9: something is missing before }}\n  → tags look like {{.column}}, {{ column | filter }}, {% if column %} … {% endif %}',
    ],
    [
      'a={{ "\\"" }}{{ x | default(\\"y\\") }}',
      'action.body:1:28: "\\"y\\"" is no name\n  → quotes inside of a tag need no backslash',
    ],
    [
      'a={{ $json }}',
      'action.body:1:6: "$json" is no name\n  → a name has letters, digits and _; give the column another name in the predicate: SELECT … AS name',
    ],
  ])('%j', (template, expected) => expect(body(template)).toBe(expected));
});

describe("Go's forms", () => {
  const mends = {
    if: 'write conditions as {% if column %} … {% endif %}',
    other:
      'only the {{.column}} of Go is understood; write conditions as {% if column %} and changes as {{ column | filter }}',
  };
  it.each([
    ['a={{if .x}}b', `action.body:1:3: {{if}} is the form of Go's templates\n  → ${mends.if}`],
    ['a={{- with .x}}b', `action.body:1:3: {{with}} is the form of Go's templates\n  → ${mends.if}`],
    ['a={{end}}', "action.body:1:3: {{end}} is the form of Go's templates\n  → write {% endif %} or {% endfor %}"],
    ['a={{else}}', "action.body:1:3: {{else}} is the form of Go's templates\n  → write {% else %}"],
    [
      'a={{range .items}}',
      "action.body:1:3: {{range}} is the form of Go's templates\n  → write loops as {% for item in column %} … {% endfor %}",
    ],
    ['a={{printf "%s" .x}}', `action.body:1:3: {{printf}} is the form of Go's templates\n  → ${mends.other}`],
  ])('%j', (template, expected) => expect(body(template)).toBe(expected));

  it('lets a column be called like one of its words', () => {
    const compiled = compileAction(
      { url, headers: form, body: 'a={{ end }}{{.index}}' },
      { columns: ['end', 'index'] },
    );
    expect(compiled.render({ end: 1, index: 2 }, {}).body).toBe('a=12');
  });
});

describe('names', () => {
  const all = 'phone_number, first_name, items, x, y';
  it.each([
    [
      'a={{ .phonenumber }}',
      `action.body:1:7: the predicate selects no column "phonenumber"\n  → did you mean "phone_number"? Its columns are: ${all}`,
    ],
    [
      'a={{ phone }}',
      `action.body:1:6: the predicate selects no column "phone"\n  → did you mean "phone_number"? Its columns are: ${all}`,
    ],
    [
      'a={% if zzzz %}{% endif %}',
      `action.body:1:9: the predicate selects no column "zzzz"\n  → its columns are: ${all}`,
    ],
    [
      'a={% for i in items %}{% endfor %}{{ i }}',
      `action.body:1:38: the predicate selects no column "i"\n  → its columns are: ${all}`,
    ],
    ['a={{ x | uper }}', 'action.body:1:10: there is no filter "uper"\n  → did you mean "upper"?'],
    ['a={{ x | dump }}', 'action.body:1:10: there is no filter "dump"\n  → did you mean "json"?'],
    [
      'a={{ x | qqqqqq }}',
      'action.body:1:10: there is no filter "qqqqqq"\n  → the filters are: default, upper, lower, title, trim, urlencode, truncate, replace, round, date, e164, json',
    ],
    ['a={{ x | default }}', 'action.body:1:10: it needs "value"\n  → write default(value, boolean?)'],
    ['a={{ x | upper(1) }}', 'action.body:1:10: it takes fewer arguments\n  → write upper without arguments'],
    [
      'a={{ x | date(zone="UTC") }}',
      'action.body:1:10: it takes no argument of this name\n  → write date(format?, tz?, locale?)',
    ],
    [
      'a={{ x | date("%d %Q") }}',
      'action.body:1:10: date has no "%Q" (it has %Y %y %m %-m %B %b %d %-d %A %a %H %-H %I %-I %M %S %p %%)\n  → write date(format?, tz?, locale?)',
    ],
    [
      'a={{ x | date(tz="Mars/Base") }}',
      'action.body:1:10: there is no such time zone: write it like "Europe/Berlin" or "UTC"\n  → write date(format?, tz?, locale?)',
    ],
    [
      'a={{ x | date("%d", locale="no such") }}',
      'action.body:1:10: there is no such locale: write it like "de" or "en-GB"\n  → write date(format?, tz?, locale?)',
    ],
    [
      'a={{ x | e164("USA") }}',
      'action.body:1:10: e164 takes a country in two letters, such as "US" or "DE"\n  → write e164(region?)',
    ],
    ['a={{ x | round("a") }}', 'action.body:1:10: round takes 0 to 20 digits\n  → write round(digits?)'],
    [
      'a={{ x | truncate("a") }}',
      'action.body:1:10: truncate takes a number of characters\n  → write truncate(length, killwords?, end?)',
    ],
    ['a={{ x | replace("", "b") }}', 'action.body:1:10: replace needs a text to look for\n  → write replace(from, to)'],
    [
      'a={{ x is sameas }}',
      'action.body:1:11: there is no such test\n  → the tests are: defined, undefined, null, string, number, truthy, falsy',
    ],
    ['a={{ secrets }}', 'action.body:1:6: a secret is used by its name\n  → write {{ secrets.name }}'],
    ['a={{ secrets[x] }}', 'action.body:1:6: a secret is used by its name\n  → write {{ secrets.name }}'],
    ['a={{ secrets.Key }}', 'action.body:1:14: secrets have names in lower case\n  → did you mean secrets.key?'],
    [
      'a={% for secrets in items %}{% endfor %}',
      'action.body:1:10: "secrets" can\'t be a loop\'s variable\n  → give it another name',
    ],
    [
      'a={% for a, b, c in items %}{% endfor %}',
      'action.body:1:10: a loop has one or two names\n  → write {% for item in column %} or {% for key, value in column %}',
    ],
  ])('%j', (template, expected) => expect(body(template)).toBe(expected));

  it('knows the secrets that are set, when it is told', () => {
    expect(textOf({ body: 'a={{ secrets.twilio_basik }}' }, ['twilio_basic'])).toBe(
      'action.body:1:14: there is no secret "twilio_basik"\n  → did you mean secrets.twilio_basic? Else set QUAIL_SECRET_TWILIO_BASIK',
    );
    expect(textOf({ body: 'a={{ secrets.other }}' }, ['twilio_basic'])).toBe(
      'action.body:1:14: there is no secret "other"\n  → set QUAIL_SECRET_OTHER',
    );
  });
});

describe('what a template may not do', () => {
  it.each([
    ['a={{ x() }}', "action.body:1:7: a template can't call functions\n  → use a filter: {{ column | upper }}"],
    ['a={{ {a: x} }}', "action.body:1:6: this isn't allowed in a template"],
    [
      'a={{ r/x/ }}',
      "action.body:1:6: regular expressions aren't allowed\n  → the filter replace takes plain text; a division needs spaces around its /",
    ],
    ['a={{ (x, y) }}', 'action.body:1:6: one expression belongs in these parentheses'],
    [`a={{ ${'['.repeat(70)}x${']'.repeat(70)} }}`, 'action.body:1:70: the template is nested too deeply'],
    [
      `a=${'{% if x %}'.repeat(65)}${'{% endif %}'.repeat(65)}`,
      'action.body:1:646: conditions and loops are nested deeper than 64',
    ],
    [
      `a=${'{% for x in items %}'.repeat(7)}${'{% endfor %}'.repeat(7)}`,
      'action.body:1:126: loops are nested deeper than 6',
    ],
    [`a=${'x'.repeat(65_536)}`, 'action.body:1:1: the template is longer than 65536 characters'],
    ['a=\0', 'action.body:1:3: the template holds a NUL character'],
    ['a=%00', 'action.body:1:3: the body holds a NUL character'],
  ])('%j', (template, expected) => expect(body(template)).toBe(expected));
});

describe('form bodies', () => {
  it.each([
    [
      'To=1&Body',
      'action.body:1:6: this pair has no "="\n  → write name=value; an "&" inside of a value is written %26',
    ],
    [
      '{"To": "1"}',
      'action.body:1:1: this pair has no "="\n  → for a JSON body write the header Content-Type: application/json',
    ],
    [
      'Body=100%Be',
      'action.body:1:9: %Be is no UTF-8\n  → a percent sign before two digits or letters a to f is written %25',
    ],
    [
      'To{% if x %}=1{% endif %}=2',
      'action.body:1:26: this "=" would belong to the name or to the value, as a condition goes\n  → write each pair whole inside of its {% if %}, with its "&"',
    ],
  ])('%j', (template, expected) => expect(body(template)).toBe(expected));
});

describe('JSON bodies', () => {
  const anyWay = '\n  → the body has to be JSON whichever way its {% if %} and {% for %} go';
  const quotes = '\n  → inside of quotes a tag is text; without quotes it is a whole JSON value';
  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', 'action.body:3:3: a comma belongs here'],
    ['{"a" 1}', 'action.body:1:6: a colon belongs here'],
    ['{"a": }', 'action.body:1:7: a value belongs here'],
    ['{a: 1}', 'action.body:1:2: this word is no JSON'],
    ["{'a': 1}", 'action.body:1:2: this word is no JSON'],
    ['{"a": Hello}', 'action.body:1:7: this word is no JSON'],
    ['{"a": 1', 'action.body:1:8: a closing brace } is missing'],
    ['[1, 2', 'action.body:1:6: a closing bracket ] is missing'],
    ['{"a": 1}}', 'action.body:1:9: the JSON is over, but the body goes on here'],
    ['{"a": "b}', 'action.body:1:7: this string is never closed'],
    ['{"a": "two\nlines"}', 'action.body:1:7: this string is never closed'],
    ['{"a": "\\q"}', 'action.body:1:7: JSON has no such escape'],
    ['{"a": "\\u12"}', 'action.body:1:7: this is no character that JSON can name'],
    ['{"a": "b\tc"}', 'action.body:1:7: JSON has no such character here (a line break in a string is written \\n)'],
    ['{"a": 1.}', 'action.body:1:7: this number is not whole'],
    ['{"a": 1 /* b }', 'action.body:1:9: this comment is never closed'],
    ['{"a": {{ x }} {{ y }}}', `action.body:1:15: a comma belongs here${quotes}`],
    ['{"a": "\\{{ x }}"}', 'action.body:1:9: a backslash stands before this tag\n  → leave it out'],
    ['{"a": 1{% if x %} "b": 2{% endif %}}', `action.body:1:19: a comma belongs here${anyWay}`],
    ['[{% for i in items %}{{ i }}{% endfor %}]', `action.body:1:22: a comma belongs here${anyWay}`],
    [
      '{"a": {% if x %}"b{% else %}1{% endif %}"}',
      'action.body:1:10: a string or a comment begins on one side of this tag and ends on the other\n  → begin and end strings inside of the same {% if %} or {% for %}',
    ],
    ['['.repeat(20_000), 'action.body:1:1: the JSON is nested too deeply'],
  ])('%j', (template, expected) => expect(jsonBody(template)).toBe(expected));
});

describe('URLs', () => {
  const whole = '\n  → write it whole: https://api.example.com/messages';
  const host = "scheme and host can't come from a row or a secret\n  → write them out: https://api.example.com/…";
  it.each([
    ['', 'action.url:1:1: the URL is empty\n  → write the address that takes the POST'],
    ['api.example.com', 'action.url:1:1: the URL has no scheme\n  → write it whole: https://api.example.com…'],
    ['127.0.0.1:8080/{{ x }}', 'action.url:1:1: the URL has no scheme\n  → write it whole: https://127.0.0.1:8080…'],
    ['ftp://example.com/', 'action.url:1:1: "ftp://" takes no POST\n  → write https:// or http://'],
    ['htps://example.com/', 'action.url:1:1: "htps://" takes no POST\n  → did you mean "https://"?'],
    ['hello', `action.url:1:1: this is no URL${whole}`],
    ['https://example.com:port/', `action.url:1:1: this is no URL${whole}`],
    ['{{ x }}', `action.url:1:1: ${host}`],
    ['https://{{ x }}/', `action.url:1:9: ${host}`],
    ['https://api.example.com{{ x }}', `action.url:1:24: ${host}`],
    ['https://api.example.com:{{ x }}/', `action.url:1:25: ${host}`],
    ['https://api.example.com/{{ x }}/a b', 'action.url:1:34: a URL holds no white space\n  → a space is written %20'],
    [
      'https://me:pw@example.com/',
      'action.url:1:1: the URL holds a user name or a password\n  → write them into the header Authorization',
    ],
  ])('%j', (template, expected) => expect(textOf({ url: template })).toBe(expected));
});

describe('headers', () => {
  it.each([
    [{ 'X A': '1' }, 'action.headers.X A:1:1: "X A" is no name of a header\n  → a name has letters, digits and "-"'],
    [{ 'content-length': '1' }, 'action.headers.content-length:1:1: content-length is set by us\n  → leave it out'],
    [{ 'X-A': '1', 'x-a': '2' }, 'action.headers.x-a:1:1: x-a is there twice\n  → leave one of them out'],
    [{ 'X-A': 'a\nb' }, 'action.headers.X-A:1:2: a header has no line breaks\n  → write its value on one line'],
    [{ 'X-A': 'a€' }, 'action.headers.X-A:1:2: a header holds only characters of Latin-1'],
    [
      { 'X-A': '{{ x }} ' },
      'action.headers.X-A:1:8: a header has no blanks at its ends: receivers take them off\n  → leave them out',
    ],
    [{ 'X-A': '{{ x' }, 'action.headers.X-A:1:1: this {{ is never closed\n  → close it with }}'],
  ])('%j', (headers, expected) => expect(textOf({ headers })).toBe(expected));
});

describe('content types', () => {
  const missing = 'action.body:1:1: nothing says what this body is\n  → add the header Content-Type: ';
  it.each([
    [{}, '{"a": 1}', `${missing}application/json`],
    [{}, 'a=1', `${missing}application/x-www-form-urlencoded`],
    [{}, '<a/>', `${missing}application/xml`],
    [{}, 'hello', `${missing}text/plain`],
    [
      { 'Content-Type': '{{ x }}' },
      'a=1',
      "action.headers.Content-Type:1:1: the content type can't come from a row or a secret\n  → write it out: it decides how values are encoded",
    ],
    [
      { 'Content-Type': 'multipart/form-data' },
      'a=1',
      'action.headers.Content-Type:1:1: "multipart/form-data" is no content type that can be sent\n  → write application/x-www-form-urlencoded, application/json or text/plain',
    ],
    [
      { 'Content-Type': 'text/plain; charset=latin1' },
      'a=1',
      'action.headers.Content-Type:1:1: bodies are sent as UTF-8\n  → leave the charset out, or write charset=utf-8',
    ],
  ])('%j with %j', (headers, text, expected) => expect(textOf({ headers, body: text })).toBe(expected));
});

describe('what is forgiven is shown', () => {
  const warningsOf = (headers: Record<string, string>, body: string): string[] =>
    compileAction({ url, headers, body }, { columns }).warnings.map(formatProblem);

  it('in JSON: each comment and each trailing comma', () => {
    const body =
      '{\n  // who\n  "a": [1, {{ x }}, ], /* b */\n  "c": "1,] // no",\n{% if x %}  "d": {{ y }},{% endif %}\n  "e": 1, // last\n}';
    expect(warningsOf(json, body)).toEqual([
      'action.body:2:3: JSON has no comments: this one is left out of what is sent',
      'action.body:3:19: nothing follows this comma: it is left out of what is sent',
      'action.body:3:24: JSON has no comments: this one is left out of what is sent',
      'action.body:6:9: nothing follows this comma: it is left out of what is sent',
      'action.body:6:11: JSON has no comments: this one is left out of what is sent',
    ]);
  });

  it('in a form: a plus that looks like the space of an encoded body', () => {
    expect(warningsOf(form, 'To=%2B15005550006&Body=Hello+World{{ x }}%21')).toEqual([
      'action.body:1:29: this "+" is sent as a plus, not as a space, though %XX beside it looks like an encoded body\n  → write a space as a space',
    ]);
    for (const fine of ['To=+15005550006&Body=100%25', 'Body=one+two', 'Body={{ x + y }}%21&To=+1', 'Body=1 + 1%21']) {
      expect(warningsOf(form, fine)).toEqual([]);
    }
  });
});
