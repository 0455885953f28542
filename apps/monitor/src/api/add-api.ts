/** `/api`: all that the console can do, for programs; the document that says so, and a page of it for people. */
import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { showPage } from '../console/show-page.js';
import { sendProblem } from '../problem.js';
import { principalOf } from '../sign-in/gate.js';
import { makeDocument } from './document.js';
import type { ApiDeps, Endpoint } from './endpoint.js';
import { endpoints } from './endpoints.js';
import { presentDocument } from './present-document.js';
import { serveEndpoint, toRoute } from './serve-endpoint.js';

export interface ApiOptions {
  /** Of one person or program, in a minute; 600 unless set. */
  readonly apiRequestsPerMinute?: number;
}

/** Of the document, not of the product: it says when the API itself changes. */
const version = '1.0.0';

export const addApi = async (api: FastifyInstance, options: ApiOptions, deps: ApiDeps): Promise<void> => {
  const document = makeDocument(endpoints, version);
  const shown = presentDocument(document);
  takeJsonOnly(api);
  await api.register(fastifyRateLimit, {
    max: options.apiRequestsPerMinute ?? 600,
    timeWindow: '1 minute',
    enableDraftSpec: true,
    keyGenerator: (request) => {
      const { kind, name } = principalOf(request);
      return `${kind}:${name}`;
    },
  });
  api.get('/api/openapi.json', async (_request, reply) => reply.header('cache-control', 'no-store').send(document));
  api.get('/api/docs', async (request, reply) => showPage(request, reply, 'api.njk', shown));
  for (const endpoint of endpoints) serveEndpoint(api, endpoint, deps);
  for (const path of new Set(endpoints.map(({ path }) => path))) refuseOtherMethods(api, path);
};

/** What comes from a form of a page doesn't belong here. */
const takeJsonOnly = (api: FastifyInstance): void => {
  const parse = api.getDefaultJsonParser('error', 'error');
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    // Some programs say of nothing that it is JSON.
    body === '' ? done(null, undefined) : parse(request, body as string, done),
  );
};

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const refuseOtherMethods = (api: FastifyInstance, path: string): void => {
  const allowed = methods.filter((method) => endpoints.some((each) => each.method === method && covers(each, path)));
  const others = methods.filter((method) => !allowed.includes(method as (typeof allowed)[number]));
  api.route({
    method: [...others],
    url: toRoute(path),
    config: { role: 'viewer' },
    onRequest: async (request, reply) => {
      const title = `${request.method} is not for this address`;
      return sendProblem(request, reply.header('allow', allowed.join(', ')), { status: 405, title });
    },
    handler: async () => {},
  });
};

/** Whether the path that stands for many leads here, too. */
const covers = ({ path }: Endpoint, other: string): boolean =>
  new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(other);
