import { ProblemsError } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { compileAction } from './index.js';

const messagesUrl = `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`;
const formHeaders = { 'Content-Type': 'application/x-www-form-urlencoded' };
const jsonHeaders = { 'Content-Type': 'application/json' };

const form = (body: string) => ({ url: messagesUrl, headers: formHeaders, body });
const json = (body: string) => ({ url: 'https://hooks.example.com/in', headers: jsonHeaders, body });

describe("the guide's bodies", () => {
  it('sends the SMS as it is written, with the plus of both numbers', () => {
    const action = {
      url: messagesUrl,
      headers: { ...formHeaders, Authorization: 'Basic {{ secrets.twilio_basic }}' },
      body: 'From=+15005550006&To={{.phone_number}}&Body=Hello!',
    };
    const request = compileAction(action).render({ phone_number: '+15550100234' }, { twilio_basic: 'QUM6dG9r' });
    expect(request).toEqual({
      url: messagesUrl,
      headers: { ...formHeaders, Authorization: 'Basic QUM6dG9r' },
      body: 'From=%2B15005550006&To=%2B15550100234&Body=Hello!',
      form: [
        ['From', '+15005550006'],
        ['To', '+15550100234'],
        ['Body', 'Hello!'],
      ],
    });
  });

  it.each([
    ['&MediaUrl=https://demo.twilio.com/owl.png', 'MediaUrl', 'https://demo.twilio.com/owl.png'],
    ['&StatusCallback=https://example.com/cb?x=1', 'StatusCallback', 'https://example.com/cb?x=1'],
    [`&MessagingServiceSid=MG${'1'.repeat(32)}`, 'MessagingServiceSid', `MG${'1'.repeat(32)}`],
    ['&MaxPrice=0.05', 'MaxPrice', '0.05'],
    ['&ValidityPeriod=600', 'ValidityPeriod', '600'],
  ])('sends %s', (parameter, name, value) => {
    const { form: pairs } = compileAction(form(`To={{.phone_number}}&Body=Hi${parameter}`)).render(
      { phone_number: '+15550100234' },
      {},
    );
    expect(pairs?.at(-1)).toEqual([name, value]);
  });
});

describe('a form body', () => {
  const pairs = (body: string, columns = {}) => compileAction(form(body)).render(columns, {}).form;

  it('takes its literal text as plain text', () => {
    expect(pairs('Body=1 + 1 = 2, 100% sure: %41%c3%9f&Name=a b')).toEqual([
      ['Body', '1 + 1 = 2, 100% sure: Aß'],
      ['Name', 'a b'],
    ]);
  });

  it('keeps a value in its pair, whatever it holds', () => {
    expect(pairs('To={{ x }}&Body={{ x }}', { x: '&To=1=2%26+ ü' })).toEqual([
      ['To', '&To=1=2%26+ ü'],
      ['Body', '&To=1=2%26+ ü'],
    ]);
  });

  it('keeps repeated names in their order', () => {
    expect(pairs('MediaUrl=a&MediaUrl=b')).toEqual([
      ['MediaUrl', 'a'],
      ['MediaUrl', 'b'],
    ]);
  });

  it.each([
    [
      'https://x.example/a.png',
      [
        ['Body', 'Hi'],
        ['MediaUrl', 'https://x.example/a.png'],
        ['To', '1'],
      ],
    ],
    [
      null,
      [
        ['Body', 'Hi'],
        ['To', '1'],
      ],
    ],
  ])('takes a pair that a condition adds (%s)', (url, expected) => {
    expect(pairs('Body=Hi{% if url %}&MediaUrl={{ url }}{% endif %}&To=1', { url })).toEqual(expected);
  });

  it('adds a pair for each item of a loop', () => {
    expect(pairs('To=1{% for url in urls %}&MediaUrl={{ url }}{% endfor %}', { urls: ['a', 'b=c'] })).toEqual([
      ['To', '1'],
      ['MediaUrl', 'a'],
      ['MediaUrl', 'b=c'],
    ]);
  });

  it.each([
    ['https://x.example/a.png', 'Hi Ada'],
    [null, 'Hi Ada'],
    ['', ''],
  ])('may have a tag on a line of its own (%s, %s)', (url, text) => {
    const body =
      '\nTo=1\n{% if url %}\n  &MediaUrl={{ url }}\n{% endif %}\n&Body={{ text }}\n{% if url %} and\n more\n{% endif %}\n';
    expect(pairs(body, { url, text })).toEqual([
      ['To', '1'],
      ...(url
        ? [
            ['MediaUrl', url],
            ['Body', `${text}\n and\n more`],
          ]
        : [['Body', text]]),
    ]);
    expect(compileAction(form(body)).formField('To')).toEqual({ kind: 'literal', value: '1' });
    expect(compileAction(form(body)).formParameters.map(({ name, value, literal }) => [name, value, literal])).toEqual([
      ['To', '1', true],
      ['MediaUrl', '', false],
      ['Body', '\n and\n more', false],
    ]);
  });

  it('keeps the white space beside a value, whatever the value is', () => {
    expect(pairs('A=x \n{{ a }}\n&B= {{ a }} &C=\n{% if a %}{% endif %}y ', { a: '' })).toEqual([
      ['A', 'x \n'],
      ['B', '  '],
      ['C', '\ny '],
    ]);
    expect(pairs('A=x \n{{ a }}\n&B= {{ a }} ', { a: ' \n' })).toEqual([
      ['A', 'x \n \n'],
      ['B', '  \n '],
    ]);
  });

  it('may be written with one pair a line', () => {
    expect(pairs('\n  To={{ to }}\n  &Body=two\nlines &\n From=3\n', { to: '1' })).toEqual([
      ['To', '1'],
      ['Body', 'two\nlines '],
      ['From', '3'],
    ]);
  });

  it('writes null as nothing, numbers with all their digits, arrays and objects as JSON', () => {
    const columns = { a: null, b: { $numberDecimal: '12345678901234567890.10' }, c: [1, 'x'], d: { k: true }, e: 1.5 };
    expect(pairs('a={{ a }}&b={{ b }}&c={{ c }}&d={{ d }}&e={{ e }}', columns)?.map(([, value]) => value)).toEqual([
      '',
      '12345678901234567890.10',
      '[1,"x"]',
      '{"k":true}',
      '1.5',
    ]);
  });
});

describe('a JSON body', () => {
  const body = (template: string, columns = {}) => compileAction(json(template)).render(columns, {}).body;

  it('escapes a value in a string and writes it as JSON outside of one', () => {
    const columns = {
      text: 'say "hi"\\\n',
      id: { $numberDecimal: '9007199254740993' },
      gone: null,
      ok: true,
      list: [1, { a: 'b' }],
    };
    const template =
      '{"text": "Dear {{ text }}!", "raw": {{ text }}, "id": {{ id }}, "gone": {{ gone }}, "ok": {{ ok }}, "list": {{ list }}, "in": "{{ gone }}"}';
    expect(body(template, columns)).toBe(
      '{"text": "Dear say \\"hi\\"\\\\\\n!", "raw": "say \\"hi\\"\\\\\\n", "id": 9007199254740993, "gone": null, "ok": true, "list": [1,{"a":"b"}], "in": ""}',
    );
  });

  it("writes a row's json as the row has it: every digit, and a key that is named as a decimal is kept", () => {
    const columns = { row: { n: { $numberDecimal: '1.50' }, $$numberDecimal: '1;2' } };
    const template =
      '{"row": {{ row }}, "key": {{ row["$numberDecimal"] }}, "in": {{ "$numberDecimal" in row }}, "pairs": { ';
    expect(
      body(
        `${template}{% for k, v in row %}"{{ k }}": {{ v }}{% if not loop.last %}, {% endif %}{% endfor %}}}`,
        columns,
      ),
    ).toBe(
      '{"row": {"n":1.50,"$numberDecimal":"1;2"}, "key": "1;2", "in": true, "pairs": { "n": 1.50, "$numberDecimal": "1;2"}}',
    );
  });

  it('forgives comments and trailing commas, and sends strict JSON', () => {
    const template = `{
      // who {{ n }}
      "to": "{{ to }}", /* a * here " and , */
      "url": "https://x.example/*no comment*/", // not //this
      "list": [1, 2, ],
      "last": { "a": {{ n }}, },
    }`;
    expect(JSON.parse(body(template, { to: '+1', n: 7 }))).toEqual({
      to: '+1',
      url: 'https://x.example/*no comment*/',
      list: [1, 2],
      last: { a: 7 },
    });
  });

  it.each([
    [
      { big: true, xs: [1, 2] },
      { xs: [1, 2], big: 'yes' },
    ],
    [{ big: false, xs: [] }, { xs: [] }],
  ])('forgives the comma that a condition or a loop leaves: %j', (columns, expected) => {
    const template = '{"xs": [{% for x in xs %}{{ x }},{% endfor %}], {% if big %}"big": "yes",{% endif %} }';
    expect(JSON.parse(body(template, columns))).toEqual(expected);
  });

  it('takes a comma that the loop writes between its items', () => {
    const template = '[{% for x in xs %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}]';
    expect(body(template, { xs: ['a', 'b'] })).toBe('["a", "b"]');
  });

  it.each([
    ['a', { kind: 1 }],
    ['b', { kind: 2 }],
    ['c', {}],
  ])('takes conditions that exclude each other (%s)', (status, expected) => {
    const template = `{ {% if status == 'a' %}"kind": 1{% endif %}{% if status == 'b' %}"kind": 2{% endif %} }`;
    expect(JSON.parse(body(template, { status }))).toEqual(expected);
  });

  it('takes a name from a column', () => {
    expect(body('{ {{ name }}: 1, "{{ name }}2": 2 }', { name: 'a"b' })).toBe('{ "a\\"b": 1, "a\\"b2": 2 }');
  });

  it('takes what the filter json made as it is', () => {
    expect(body('{"a": {{ x | json }}, "b": "{{ x | json }}"}', { x: { k: 'v' } })).toBe(
      '{"a": {"k":"v"}, "b": "{\\"k\\":\\"v\\"}"}',
    );
  });
});

describe('other parts', () => {
  it('encodes a value as one segment of the path and as one part of the query', () => {
    const action = { url: 'https://api.example.com/u/{{ id }}?q={{ q }}&r=1#{{ q }}', headers: {}, body: '' };
    expect(compileAction(action).render({ id: 'a/b?c', q: 'ü&=#' }, {}).url).toBe(
      'https://api.example.com/u/a%2Fb%3Fc?q=%C3%BC%26%3D%23&r=1#%C3%BC%26%3D%23',
    );
  });

  it('sends plain text as it is, and escapes markup', () => {
    const send = (type: string) =>
      compileAction({ url: 'https://x.example/', headers: { 'content-type': type }, body: '<a>{{ x }}</a>' }).render(
        { x: `<&">'\r` },
        {},
      ).body;
    expect(send('text/plain; charset=utf-8')).toBe(`<a><&">'\r</a>`);
    expect(send('application/soap+xml')).toBe('<a>&lt;&amp;&quot;&gt;&#39;&#13;</a>');
  });

  it('sends no body where none is written, and asks for no content type then', () => {
    const request = compileAction({ url: 'https://x.example/', headers: {}, body: ' \n' }).render({}, {});
    expect(request).toEqual({ url: 'https://x.example/', headers: {}, body: '' });
  });

  it('keeps a column called like a secret apart from it', () => {
    const action = { url: 'https://x.example/', headers: { 'X-A': '{{ secrets.token }}' }, body: '' };
    const request = compileAction(action).render(
      { secrets: { token: 'from the row' }, token: 'too' },
      { token: 'real' },
    );
    expect(request.headers).toEqual({ 'X-A': 'real' });
  });
});

describe('what is known without a row', () => {
  it('names the columns and secrets in use', () => {
    const compiled = compileAction({
      url: messagesUrl,
      headers: { ...formHeaders, Authorization: 'Basic {{ secrets.basic }}' },
      body: 'To={{ phone }}&Body={% for item in items %}{{ item.name | default(phone) }}{% endfor %}',
    });
    expect(compiled.columnNames).toEqual(['phone', 'items']);
    expect(compiled.secretNames).toEqual(['basic']);
    expect([compiled.isLiteral('url'), compiled.isLiteral('headers'), compiled.isLiteral('body')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['From=+1500&To={{ to }}', { kind: 'literal', value: '+1500' }, true],
    ['To={{ to }}&%46rom=%2B1500', { kind: 'literal', value: '+1500' }, true],
    ['To={{ to }}&Body=x', { kind: 'absent' }, true],
    ['From={{ from }}&To=1', { kind: 'varies', usesColumns: true }, false],
    ['From={{ secrets.from }}&To=1', { kind: 'varies', usesColumns: false }, true],
    ['To=1{% if a %}&From=1{% endif %}', { kind: 'varies', usesColumns: true }, false],
    ['From=1{% if a %}&Body=x{% endif %}5&To=1', { kind: 'varies', usesColumns: true }, false],
    ['From=1{% if a %}&Body=x{% endif %}&To=1', { kind: 'literal', value: '1' }, true],
    ['{% if a %}From{% else %}To{% endif %}=1', { kind: 'varies', usesColumns: true }, false],
    ['{{ name }}=1&To=2', { kind: 'varies', usesColumns: true }, false],
  ])('knows the sender of %s', (body, field, hasFixedTarget) => {
    const compiled = compileAction(form(body));
    expect(compiled.formField('From')).toEqual(field);
    expect(compiled.hasFixedTarget).toBe(hasFixedTarget);
  });

  it('has no fixed target when the account in the URL comes from the row', () => {
    const action = {
      url: 'https://api.twilio.com/2010-04-01/Accounts/{{ account }}/Messages.json',
      headers: formHeaders,
      body: 'From=1',
    };
    expect(compileAction(action).hasFixedTarget).toBe(false);
  });
});

it('reports the mistakes of all parts at once', () => {
  const action = {
    url: 'https://{{ host }}/',
    headers: { 'Content-Type': 'application/json', 'X-A': '{{ secrets.Key }}', Host: 'x' },
    body: '{"a": {{ phon }} "b": 1}',
  };
  let problems: unknown;
  try {
    compileAction(action, { columns: ['phone', 'host'] });
  } catch (error) {
    problems = error instanceof ProblemsError ? error.problems.map(({ code, where }) => `${where} ${code}`) : error;
  }
  expect(problems).toEqual([
    'action.url ACTION_URL',
    'action.headers.X-A TEMPLATE_UNKNOWN_SECRET',
    'action.headers.Host ACTION_HEADER',
    'action.body TEMPLATE_UNKNOWN_COLUMN',
    'action.body JSON_SYNTAX',
  ]);
});
