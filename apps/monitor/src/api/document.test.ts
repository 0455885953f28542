import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { makeDocument } from './document.js';
import { endpoint } from './endpoint.js';
import { endpoints } from './endpoints.js';

const document = makeDocument(endpoints, '1.0.0');

const lint = async (text: string): Promise<string[]> => {
  const config = await createConfig({ extends: ['recommended'], rules: { 'no-empty-servers': 'off' } });
  const problems = await lintFromString({ source: text, absoluteRef: '/openapi.json', config });
  return problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`);
};

it('the document of the API is one that a linter has nothing to say about', async () => {
  expect(await lint(JSON.stringify(document))).toEqual([]);
  // It is the linter that says so: it finds what is wrong where something is.
  const broken = JSON.stringify(document).replace('"operationId":"listTasks"', '"operationId":"getTask"');
  expect(await lint(broken)).not.toEqual([]);
}, 60_000);

it('each of its schemas is one of JSON Schema 2020-12', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const { components } = document as { components: { schemas: Record<string, object> } };
  const wrong = Object.entries(components.schemas).filter(([, schema]) => ajv.validateSchema(schema) !== true);
  expect(wrong).toEqual([]);
  expect(ajv.validateSchema({ type: 'no-such-type' })).toBe(false);
});

it('names each operation once, and says of each who may ask', () => {
  const names = endpoints.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const { paths } = document as { paths: Record<string, Record<string, { 'x-role': string; responses: object }>> };
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  expect(operations).toHaveLength(endpoints.length);
  expect([...new Set(operations.map((operation) => operation['x-role']))].toSorted()).toEqual([
    'admin',
    'operator',
    'viewer',
  ]);
});

it('a schema with a name stands in it once, and what is written as text in an address is told as what it is', () => {
  const thing = z.object({ at: z.date() }).meta({ id: 'Thing' });
  const made = makeDocument(
    [
      endpoint({
        method: 'GET',
        path: '/things',
        tag: 'stats',
        name: 'listThings',
        summary: 'Things',
        answer: z.object({ first: thing, second: thing }),
        handle: async () => ({ first: { at: new Date() }, second: { at: new Date() } }),
      }),
    ],
    '1.0.0',
  );
  expect(made).toMatchObject({
    components: { schemas: { Thing: { properties: { at: { type: 'string', format: 'date-time' } } } } },
    paths: {
      '/api/v1/things': {
        get: {
          responses: {
            200: {
              content: {
                'application/json': {
                  schema: {
                    properties: {
                      first: { $ref: '#/components/schemas/Thing' },
                      second: { $ref: '#/components/schemas/Thing' },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  });
});
