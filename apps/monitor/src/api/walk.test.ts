/**
 * A walk through the API along its own document: requests that the document allows and requests that it doesn't, made of it,
 * against a monitor with real stores. Whatever is asked, the answer is one that the document tells of.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, type Ask, openApiStage } from '../../../../test/support/api-stage.js';
import { canaries } from '../../../../test/support/monitor-stage.js';

// biome-ignore lint/suspicious/noExplicitAny: a schema is whatever the document says
type Json = any;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly told: Json;
}

const seed = 20_261_125;
const requestsEach = 10;

let stage: ApiStage;
let ask: Ask;
let document: Json;
let operations: Operation[];
const ajv = new Ajv2020({ strict: false });

beforeAll(async () => {
  stage = await openApiStage();
  ask = await stage.program('walker', 'admin');
  document = (await ask('GET', '/../openapi.json')).json;
  operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, told]) => ({ method: method.toUpperCase(), path, told })),
  );
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema({ $id: 'document', ...document });
});
afterAll(() => stage.close());

const resolve = (schema: Json): Json =>
  schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)];

/** What is there, so that some requests find something. */
const known: Readonly<Record<string, readonly unknown[]>> = {
  name: ['welcome-sms', 'other', 'vera', 'ci', 'nobody'],
  task: ['welcome-sms', 'other'],
  id: ['1', '2', '5', '8', '20', '999999'],
  lane: [1, 2],
  code: ['21211'],
  runIds: [['1', '2', '3'], ['6']],
  predicate: ['select uuid as entity_pk, phone_number, first_name from public.users', 'select * from nothing'],
  settings: [
    {
      action: {
        url: 'https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Authorization: 'Basic {{ secrets.twilio_basic }}',
        },
        body: `From=${canaries.sender}&To={{.phone_number}}&Body=Hello`,
      },
      rate: '10/s',
    },
  ],
  to: ['+15005550010', 'x'],
  rate: ['10/s', '60/min', null],
  sender: [`AC${'0'.repeat(31)}7/+15005550006`],
  recipient: ['+15005550011'],
  entity: ['welcome-sms-1'],
};

const textOf = (schema: Json): fc.Arbitrary<string> => {
  if (schema.format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString());
  const text =
    schema.pattern === undefined ? fc.string({ unit: 'binary' }) : fc.stringMatching(new RegExp(schema.pattern));
  return text
    .map((made) => made.slice(0, schema.maxLength ?? 40))
    .filter(
      (made) =>
        made.length >= (schema.minLength ?? 0) &&
        (schema.pattern === undefined || new RegExp(schema.pattern).test(made)),
    );
};

const anything = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>;

/** Values that the schema allows. */
const valid = (given: Json, name = ''): fc.Arbitrary<unknown> => {
  const schema = resolve(given);
  const made = (): fc.Arbitrary<unknown> => {
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map((each: Json) => valid(each)));
    if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => valid({ ...schema, type })));
    switch (schema.type) {
      case 'string':
        return textOf(schema);
      case 'integer':
      case 'number':
        return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 1_000, 2_000_000_000) });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(valid(schema.items), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.min(schema.maxItems ?? 5, 5),
        });
      case 'object': {
        const fields = Object.entries<Json>(schema.properties ?? {}).map(([key, each]) => [key, valid(each, key)]);
        return fc.record(Object.fromEntries(fields), { requiredKeys: schema.required ?? [] });
      }
      default:
        return anything;
    }
  };
  const usual = known[name];
  return usual === undefined ? made() : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...usual) }, made());
};

interface Request {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly key: string | undefined;
}

const requestOf = ({ told, method, path }: Operation): fc.Arbitrary<Request> => {
  const among = (place: string) => told.parameters.filter((each: Json) => each.in === place);
  const fieldsIn = (place: string) =>
    Object.fromEntries(
      among(place)
        .filter((each: Json) => each.name !== 'cursor')
        .map((each: Json) => [each.name, valid(each.schema, each.name)]),
    );
  const body = told.requestBody?.content['application/json'].schema;
  const hasKey = among('header').length > 0;
  return fc.record({
    params: fc.record(fieldsIn('path')),
    query: fc.record(fieldsIn('query'), { requiredKeys: [] }),
    body: body === undefined ? fc.constant(undefined) : valid(body),
    key: hasKey
      ? fc.option(
          fc.stringMatching(/^[a-z0-9]{8}$/).map((key) => `${method}-${path}-${key}`),
          { nil: undefined },
        )
      : fc.constant(undefined),
  }) as fc.Arbitrary<Request>;
};

const send = ({ method, path }: Operation, { params, query, body, key }: Request) => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(params[name])));
  const pairs = Object.entries(query).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  const search = new URLSearchParams(pairs as [string, string][]).toString();
  return ask(method, `${filled.replace('/api/v1', '')}${search === '' ? '' : `?${search}`}`, {
    ...(body !== undefined && { body }),
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  });
};

/** Is as the document says, whatever it is. */
const check = ({ method, path, told }: Operation, request: unknown, answer: Awaited<ReturnType<Ask>>): void => {
  const asked = `${method} ${path} ${JSON.stringify(request)} → ${answer.status} ${answer.text.slice(0, 500)}`;
  const response = told.responses[answer.status];
  expect(response, asked).toBeDefined();
  expect(answer.status, asked).toBeLessThan(500);
  const [type, { schema }] = Object.entries<Json>(response.content)[0] as [string, Json];
  expect(answer.headers.get('content-type'), asked).toContain(type);
  const pointer = `document#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method.toLowerCase()}/responses/${answer.status}/content/${type.replace('/', '~1')}/schema`;
  const matches = ajv.getSchema(pointer) ?? ajv.compile(schema);
  expect(matches(answer.json), `${asked} ${JSON.stringify(matches.errors)}`).toBe(true);
  if (path.endsWith('/reveal') && answer.status === 200) return;
  for (const canary of [canaries.phone, canaries.firstName, canaries.token])
    expect(answer.text.includes(canary.replace('+', '')), asked).toBe(false);
};

describe('along its document', () => {
  it('every request that is allowed is answered as told', async () => {
    const seen = new Map<string, number>();
    for (const [place, operation] of operations.entries()) {
      for (const request of fc.sample(requestOf(operation), { seed: seed + place, numRuns: requestsEach })) {
        const answer = await send(operation, request);
        check(operation, request, answer);
        const { operationId } = operation.told;
        if (answer.status < 300) seen.set(operationId, (seen.get(operationId) ?? 0) + 1);
      }
    }
    expect(operations.length * requestsEach).toBeGreaterThan(300);
    // Most of them find something, or do something.
    expect(seen.size / operations.length).toBeGreaterThan(0.8);
  }, 240_000);

  it('every mistake is told as one', async () => {
    const made = new Map<string, number>();
    for (const [place, operation] of operations.entries()) {
      const [request] = fc.sample(requestOf(operation), { seed: seed + place, numRuns: 1 }) as [Request];
      for (const [kind, wrong] of mistakesOf(operation, request)) {
        const answer = await send(operation, wrong);
        check(operation, wrong, answer);
        expect(
          [400, 404, 422],
          `${kind}: ${operation.method} ${operation.path} ${JSON.stringify(wrong)} → ${answer.status}`,
        ).toContain(answer.status);
        made.set(kind, (made.get(kind) ?? 0) + 1);
      }
    }
    expect([...made.keys()].toSorted()).toEqual([
      'bad cursor',
      'missing field',
      'no text',
      'too long',
      'unknown field',
      'wrong type',
    ]);
    for (const [kind, times] of made) expect([kind, times >= 5]).toEqual([kind, true]);
  }, 120_000);
});

type Mistake = readonly [kind: string, request: Request];

/** PostgreSQL can't hold the sign in the middle. */
const noText = 'a\0b';

const mistakesOf = ({ told, method }: Operation, request: Request): Mistake[] => {
  const parameters: Json[] = told.parameters;
  const body = told.requestBody?.content['application/json'].schema;
  const inQuery = parameters.filter((each) => each.in === 'query');
  return [
    ['unknown field', { ...request, query: { ...request.query, nonsense: '1' } }],
    ...inQuery
      .filter(({ name }) => name === 'cursor')
      .flatMap(({ name }): Mistake[] =>
        ['nonsense', Buffer.from('other:1').toString('base64url'), ''].map((cursor) => [
          'bad cursor',
          { ...request, query: { ...request.query, [name]: cursor } },
        ]),
      ),
    ...inQuery
      .filter(({ schema }) => schema.type === 'integer' || schema.enum !== undefined || schema.format === 'date-time')
      .map(({ name }): Mistake => ['wrong type', { ...request, query: { ...request.query, [name]: 'no-such-thing' } }]),
    ...inQuery
      .filter(({ schema }) => schema.type === 'string')
      .map(({ name }): Mistake => ['no text', { ...request, query: { ...request.query, [name]: noText } }]),
    ...inQuery
      .filter(({ schema }) => schema.maxLength !== undefined)
      .map(
        ({ name, schema }): Mistake => [
          'too long',
          { ...request, query: { ...request.query, [name]: 'x'.repeat(schema.maxLength + 1) } },
        ],
      ),
    ...parameters
      .filter((each) => each.in === 'path')
      .map(({ name }): Mistake => ['too long', { ...request, params: { [name]: '9'.repeat(90) } }]),
    ...(method === 'GET' ? [] : mistakesInBody(body, request)),
  ];
};

const mistakesInBody = (body: Json, request: Request): Mistake[] => {
  if (body === undefined) return [['unknown field', { ...request, body: { nonsense: 1 } }]];
  const given = request.body as Readonly<Record<string, unknown>>;
  const fields = Object.entries<Json>(body.properties);
  const withField = (name: string, value: unknown): Request => ({ ...request, body: { ...given, [name]: value } });
  return [
    ['unknown field', withField('nonsense', 1)],
    ['wrong type', { ...request, body: [1] }],
    ['wrong type', { ...request, body: 'text' }],
    ...fields.map(([name]): Mistake => ['wrong type', withField(name, { not: ['this'] })]),
    ...(body.required ?? []).map((name: string): Mistake => {
      const rest = Object.fromEntries(Object.entries(given).filter(([key]) => key !== name));
      return ['missing field', { ...request, body: rest }];
    }),
    ...fields
      .filter(([, schema]) => schema.type === 'string')
      .map(([name]): Mistake => ['no text', withField(name, noText)]),
    ...fields
      .filter(([, schema]) => schema.maxLength !== undefined)
      .map(([name, schema]): Mistake => ['too long', withField(name, 'x'.repeat(schema.maxLength + 1))]),
  ];
};
