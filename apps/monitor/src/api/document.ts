/** The OpenAPI 3.1 document, made of the endpoints themselves. Schemas that have a name stand in it once. */
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type Endpoint, isWrite, roleOf } from './endpoint.js';
import { problem } from './fields.js';
import { apiPath } from './serve-endpoint.js';

type Json = Record<string, unknown>;

const tags: Readonly<Record<string, string>> = {
  tasks: 'What is sent to whom: made, changed, paused, tried, planned.',
  runs: 'One task on one entity: found, told, retried, canceled, resolved.',
  retries: 'Failed runs that wait again, many at a time.',
  lanes: 'What shares a rate: paused, resumed, slowed down.',
  scans: 'Each time a predicate was asked.',
  stats: 'How all of it goes.',
  suppressions: 'Who asked a sender for no more messages.',
  audit: 'Who did what.',
  people: 'Users and tokens.',
};

const problemDetails = z
  .object({
    type: z.string(),
    status: z.int(),
    title: z.string(),
    detail: z.string().optional(),
    errors: z.array(problem).optional().meta({ description: 'All that is wrong in what was asked.' }),
    reference: z.string().optional().meta({ description: 'Finds the line in the log.' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' });

export const makeDocument = (endpoints: readonly Endpoint[], version: string): Json => {
  const schemas: Json = {};
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => toSchema(schema, io, schemas);
  const problemSchema = schemaOf(problemDetails, 'output');
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const path = apiPath + endpoint.path;
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint, schemaOf, problemSchema) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Quailrunner',
      version,
      description:
        'All that the console can do. Sign in with a token as `Authorization: Bearer quail_…`, or with the session of the console, which sends its `x-csrf-token` with each write.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { session: [] }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Made at /tokens, with a role of its own.' },
        session: { type: 'apiKey', in: 'cookie', name: 'quail_session' },
      },
      schemas,
    },
  };
};

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => Json;

const operationOf = (endpoint: Endpoint, schemaOf: SchemaOf, problemSchema: Json): Json => {
  const { body, answer, status = 200, tag, name, summary, description } = endpoint;
  const told = description === undefined ? '' : `${description} `;
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: `${told}Takes the role ${roleOf(endpoint)}.`,
    'x-role': roleOf(endpoint),
    parameters: [
      ...parametersIn('path', endpoint.params, schemaOf),
      ...parametersIn('query', endpoint.query, schemaOf),
      ...(isWrite(endpoint) ? [idempotencyKey] : []),
    ],
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      [status]: {
        description: 'As asked.',
        content: { 'application/json': { schema: schemaOf(answer, 'output') } },
      },
      ...Object.fromEntries(
        Object.entries(refusalsOf(endpoint)).map(([refused, why]) => [
          refused,
          { description: why, content: { 'application/problem+json': { schema: problemSchema } } },
        ]),
      ),
    },
  };
};

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Of your own making, a UUID say: the same request under the same key is done once, and answered the same for a day.',
  schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' },
};

/** Whatever it is, each of them may be refused in these ways. */
const refusalsOf = (endpoint: Endpoint): Record<string, string> => {
  const { params, refusals = {} } = endpoint;
  const takesParams = Object.keys(params.shape).length > 0;
  const common: Record<string, string> = {
    400: 'It is not asked as this document says.',
    401: 'Neither a session nor a token.',
    403: 'The role does not allow it, or a write of a session came without its token.',
    ...(takesParams && { 404: 'There is none of that name.' }),
    ...(endpoint.method !== 'GET' && { 413: 'It is too long.', 415: 'It is not JSON.' }),
    ...(isWrite(endpoint) && {
      409: 'A request with this Idempotency-Key is in progress.',
      422: 'This Idempotency-Key was given to another request.',
    }),
    429: 'Too many requests: see Retry-After.',
    503: 'A store is away, or it took too long: see Retry-After.',
  };
  const own = Object.fromEntries(
    Object.entries(refusals).map(([status, why]) => {
      const usual = status === '404' ? undefined : common[status];
      return [status, usual === undefined ? why : `${why} ${usual}`];
    }),
  );
  return { ...common, ...own };
};

const parametersIn = (place: 'path' | 'query', fields: z.ZodObject, schemaOf: SchemaOf): Json[] => {
  const { properties = {}, required = [] } = schemaOf(fields, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as Json;
    const isRequired = place === 'path' || required.includes(name);
    return {
      name,
      in: place,
      ...(description !== undefined && { description }),
      ...(isRequired && { required: true }),
      schema,
    };
  });
};

/** Schemas that have an id are put among the named ones, and referred to. */
const toSchema = (schema: z.ZodType, io: 'input' | 'output', named: Json): Json => {
  // As a part of another, so that one with an id is a reference, too.
  const { $defs = {}, properties } = z.toJSONSchema(z.object({ schema }), {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { given, ...rest } = jsonSchema as Json & { given?: Json };
      if (given !== undefined) {
        for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Json)[key];
        Object.assign(jsonSchema, given, 'description' in rest && { description: rest.description });
      }
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
    },
  }) as unknown as { $defs?: Json; properties: { schema: Json } };
  for (const [name, definition] of Object.entries($defs)) named[name] = moved(withoutId(definition));
  return moved(properties.schema) as Json;
};

const withoutId = (definition: unknown): unknown => {
  const { id: _, ...rest } = definition as Json;
  return rest;
};

const moved = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(moved);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      name === '$ref' ? String(value).replace('#/$defs/', '#/components/schemas/') : moved(value),
    ]),
  );
};

export const titleOf = (status: string): string => STATUS_CODES[status] ?? status;
