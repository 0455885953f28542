/** Whatever a column holds arrives at the receiver exactly, or the run is refused: never cut, never in another place. */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse as parseQuery } from 'node:querystring';
import { text as readText } from 'node:stream/consumers';
import type { ColumnValue } from '@quailrunner/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileAction, RenderFault } from './index.js';

/** In each of the places: more than ten thousand in all. */
const numRuns = 2_000;
const url = 'https://api.example.com/messages';

/** Any Unicode text, and texts made of what has a meaning somewhere. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      ...'&=+% "\'\\/?#<>;:,.[]{}\n\r\t\u2028\0é😀x0',
      '{{',
      '}}',
      '%41',
      '</a>',
      '//',
      '\\n',
      '&amp;',
    ),
    maxLength: 20,
  }),
);

type Part = { url?: string; contentType?: string; body?: string; header?: string };

const compile = ({ url: address = url, contentType, body = '', header }: Part) => {
  const headers = { ...(contentType && { 'Content-Type': contentType }), ...(header && { 'X-Value': header }) };
  const compiled = compileAction({ url: address, headers, body }, { columns: ['x'] });
  return (x: ColumnValue) => compiled.render({ x }, {});
};

/** Runs the check where the value has no NUL; with one, nothing may be rendered. */
const holds = (render: ReturnType<typeof compile>, check: (x: string) => void): void =>
  fc.assert(
    fc.property(anyText, (x) => {
      if (x.includes('\0')) expect(codeOf(() => render(x))).toBe('RENDER_NUL');
      else check(x);
    }),
    { numRuns },
  );

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof RenderFault ? error.code : String(error);
  }
  return 'none';
};

describe('any text', () => {
  it('in a form body', () => {
    const render = compile({
      contentType: 'application/x-www-form-urlencoded',
      body: 'a=1&x={{ x }}&b={{.x}}!&{{ x }}=2',
    });
    holds(render, (x) => {
      const { body, form } = render(x);
      const pairs = [
        ['a', '1'],
        ['x', x],
        ['b', `${x}!`],
        [x, '2'],
      ];
      expect([...new URLSearchParams(body)]).toEqual(pairs);
      expect(form).toEqual(pairs);
      expect(parseQuery(body).b).toEqual(x === 'b' ? [`${x}!`, '2'] : `${x}!`);
      expect(body).toMatch(/^[\w.~!'()*%&=-]*$/);
    });
  });

  it('in a JSON string', () => {
    const render = compile({ contentType: 'application/json', body: '{"a": "{{ x }}", "b": ["<{{.x}}>{{ x }}"], }' });
    holds(render, (x) => expect(JSON.parse(render(x).body)).toEqual({ a: x, b: [`<${x}>${x}`] }));
  });

  it('as a JSON value', () => {
    const render = compile({
      contentType: 'application/vnd.api+json',
      body: '{"a": {{ x }}, "b": [{{ x }}, {{ x }}, ]}',
    });
    holds(render, (x) => expect(JSON.parse(render(x).body)).toEqual({ a: x, b: [x, x] }));
  });

  it('in the query of a URL', () => {
    const render = compile({ url: `${url}?a=1&x={{ x }}&b={{ x }}#end` });
    holds(render, (x) => {
      const { pathname, searchParams, hash } = new URL(render(x).url);
      expect([pathname, [...searchParams], hash]).toEqual([
        '/messages',
        [
          ['a', '1'],
          ['x', x],
          ['b', x],
        ],
        '#end',
      ]);
    });
  });

  it('in the path of a URL, but for what is no segment', () => {
    const render = compile({ url: `${url}/{{ x }}/end?a=1` });
    holds(render, (x) => {
      if (['', '.', '..'].includes(x)) return expect(codeOf(() => render(x))).toBe('RENDER_URL_PATH');
      const { origin, pathname, search } = new URL(render(x).url);
      const [, messages, segment = '', ...rest] = pathname.split('/');
      expect([origin, messages, decodeURIComponent(segment), rest, search]).toEqual([
        new URL(url).origin,
        'messages',
        x,
        ['end'],
        '?a=1',
      ]);
    });
  });

  it('in a header, if it can carry it: to a server that reads it', async () => {
    const server = createServer(({ headers }, response) => response.end(JSON.stringify(headers['x-value'])));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true });
    const receive = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
      const sent = request({ port, headers, agent, method: 'POST' }).end();
      const [answer] = await once(sent, 'response');
      return JSON.parse(await readText(answer));
    };
    try {
      const [whole, quoted] = [compile({ header: '{{ x }}' }), compile({ header: 'v="{{ x }}";' })];
      const check = async (x: string): Promise<void> => {
        const fits = !/[^\t -~\x80-\xff]/.test(x);
        if (fits) expect(await receive(quoted(x).headers)).toBe(`v="${x}";`);
        if (fits && !/^[\t ]|[\t ]$/.test(x)) expect(await receive(whole(x).headers)).toBe(x);
        else expect(codeOf(() => whole(x))).toBe(x.includes('\0') ? 'RENDER_NUL' : 'RENDER_HEADER');
      };
      const latinText = fc.string({ unit: fc.constantFrom(...'\t  aé"ÿ,;=%'), maxLength: 8 });
      await fc.assert(fc.asyncProperty(fc.oneof(anyText, latinText), check), { numRuns });
    } finally {
      agent.destroy();
      server.close();
    }
  }, 60_000);

  it('in plain text', () => {
    const render = compile({ contentType: 'text/plain', body: '<{{ x }}>' });
    holds(render, (x) => expect(render(x).body).toBe(`<${x}>`));
  });
});

describe('other values', () => {
  it('stand in a JSON body as they are in the row', () => {
    const render = compile({ contentType: 'application/json', body: '{{ x }}' });
    fc.assert(
      fc.property(fc.jsonValue(), (x) => {
        if (JSON.stringify(x).includes('\\u0000')) return;
        expect(JSON.stringify(JSON.parse(render(x as ColumnValue).body))).toBe(JSON.stringify(x));
      }),
      { numRuns },
    );
  });

  it('keep every digit of a bigint or a numeric, in a form and in JSON', () => {
    const inForm = compile({ contentType: 'application/x-www-form-urlencoded', body: 'x={{ x }}' });
    const inJson = compile({ contentType: 'application/json', body: '{"x": {{ x }}, "y": "{{ x }}", "z": [{{ x }}]}' });
    const decimal = fc.tuple(fc.bigInt(), fc.nat()).map(([whole, fraction]) => `${whole}.${fraction}`);
    fc.assert(
      fc.property(decimal, ($numberDecimal) => {
        const x = { $numberDecimal };
        expect(inForm(x).body).toBe(`x=${$numberDecimal}`);
        expect(inJson(x).body).toBe(`{"x": ${$numberDecimal}, "y": "${$numberDecimal}", "z": [${$numberDecimal}]}`);
      }),
      { numRuns },
    );
  });

  it('make U+FFFD of half a surrogate pair where UTF-8 is sent', () => {
    const render = compile({ contentType: 'application/x-www-form-urlencoded', body: 'x={{ x }}' });
    expect(render('a\ud83d').form).toEqual([['x', 'a\ufffd']]);
  });
});
