/**
 * `npm run fuzz -- --minutes 5 --seed 42`: templates made of everything that means something, for as long as one likes. Each is
 * refused or comes to text, in bounded time, and reaches nothing behind its row.
 */
import { parseArgs } from 'node:util';
import { compileAction, RenderFault } from '@quailrunner/action';
import { ProblemsError } from '@quailrunner/domain';
import fc from 'fast-check';

const { values: given } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
});
const [minutes, seed] = [Number(given.minutes), Number(given.seed)];
if (!(minutes > 0 && minutes <= 600) || !Number.isSafeInteger(seed)) {
  process.stderr.write('npm run fuzz -- [--minutes 0.1 to 600] [--seed a whole number]\n');
  process.exit(2);
}

const columns = {
  name: 'Ada',
  text: 'x'.repeat(5_000),
  list: ['a', 'b', 'c'],
  many: Array.from({ length: 2_000 }, (_, index) => index),
  object: JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": "own", "a": {"b": 1}}'),
  number: { $numberDecimal: '12.50' },
  phone: '(500) 555-0010',
  day: '2026-03-01 12:00:00+00',
  gone: null,
};
const secrets = { token: 'tok-secret' };

const places: readonly { readonly headers: Record<string, string>; readonly wrap: (template: string) => string }[] = [
  { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, wrap: (template) => `a=${template}&b=1` },
  { headers: { 'Content-Type': 'application/json' }, wrap: (template) => `{"a": "${template}"}` },
  { headers: { 'Content-Type': 'application/json' }, wrap: (template) => `{"a": ${template}}` },
  { headers: { 'Content-Type': 'text/xml' }, wrap: (template) => `<a>${template}</a>` },
  { headers: { 'Content-Type': 'text/plain' }, wrap: (template) => template },
];

const words = [
  ...'{{ }} {% %} {# #} {{- -}} {%- -%} ( ) [ ] { } . , : | ~ + - * / // % ** = == != < > <= >= " \' \\ r/ & \n ;'.split(
    ' ',
  ),
  ...'if elif else endif for in endfor is not and or none true false set include extends macro call raw verbatim block import'.split(
    ' ',
  ),
  ...'name text list many object number phone day gone nope secrets loop index range cycler constructor __proto__ prototype'.split(
    ' ',
  ),
  ...'upper lower title trim truncate replace round default date e164 json urlencode safe escape join length sort'.split(
    ' ',
  ),
  ...'1 2.5 1e9 999999999999 "a" "US" "%Y" %41 $ ${ `'.split(' '),
  ...Array<string>(8).fill(' '),
];

const template = fc.oneof(
  fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) => `{{ ${parts.join(' ')} }}`),
  fc
    .array(fc.constantFrom(...words), { maxLength: 12 })
    .map((parts) => `{% for x in list %}{% if ${parts.join(' ')} %}{{ x }}{% endif %}{% endfor %}`),
);

const counts = { all: 0, refused: 0, slowestMs: 0 };

const render = (body: string, headers: Record<string, string>): string => {
  try {
    return compileAction({ url: 'https://x.example/', headers, body }).render(columns, secrets).body;
  } catch (error) {
    if (!(error instanceof ProblemsError || error instanceof RenderFault)) throw error;
    counts.refused += 1;
    return '';
  }
};

const globals = (): string => `${Object.getOwnPropertyNames(globalThis).length} ${'polluted' in {}}`;
const before = globals();
const mostMs = 5_000;

const outcome = fc.check(
  fc.property(template, fc.constantFrom(...places), (text, { headers, wrap }) => {
    const startedAt = performance.now();
    const body = render(wrap(text), headers);
    const tookMs = performance.now() - startedAt;
    counts.all += 1;
    counts.slowestMs = Math.max(counts.slowestMs, tookMs);
    if (tookMs > mostMs) throw new Error(`it took ${tookMs} ms`);
    if (/native code|\[object [A-Z]|tok-secret/.test(body)) throw new Error('it reached something behind its row');
    if (globals() !== before) throw new Error('it changed something global');
  }),
  { seed, numRuns: 1_000_000_000, interruptAfterTimeLimit: minutes * 60_000, markInterruptAsFailure: false },
);

process.stdout.write(
  `seed ${seed}: ${counts.all} templates, ${counts.refused} refused, the slowest took ${counts.slowestMs.toFixed(0)} ms\n`,
);
if (outcome.failed) {
  process.stderr.write(`${fc.defaultReportMessage(outcome)}\n`);
  process.exitCode = 1;
}
