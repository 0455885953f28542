/**
 * Bull Board, for people who signed in: a look at the lanes' jobs in Redis. It knows lanes by their masked keys and shows ids
 * only. Of its routes only those that read are there, so none of its code can change a job; a retry is the ledger's.
 */
import { createBullBoard } from '@bull-board/api';
import type { AppControllerRoute, ControllerHandlerReturnType, UIConfig } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import { QuailError } from '@quailrunner/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { boardPolicy } from '../guards/headers.js';
import { isApiPath } from '../problem.js';
import { principalOf, reaches } from '../sign-in/gate.js';
import type { CheckStores, Stores } from '../stores.js';
import { refuseViewer, refuseWrite } from './refuse-write.js';
import { type OfJob, retryJob } from './retry-job.js';
import { shapeAnswer } from './shape-answer.js';
import { watchLanes } from './watch-lanes.js';

export interface BoardDeps extends Stores {
  readonly checkStores: CheckStores;
}

const path = '/queues';

/** Of one lane and state, and how far one may leaf. */
const most = { jobsPerPage: 100, page: 10_000 };

const uiConfig: UIConfig = {
  boardTitle: 'Quailrunner',
  boardLogo: { path: '/assets/quail.svg', width: 32, height: 32 },
  favIcon: { default: '/assets/quail.svg', alternative: '/assets/quail.svg' },
  miscLinks: [
    { text: '← Overview', url: '/' },
    { text: 'Lanes', url: '/lanes' },
  ],
  hideDocsLink: true,
  // With many workers this asks more of Redis than everything else together.
  showWorkers: false,
  showMetrics: false,
  pollingInterval: { forceInterval: 5, showSetting: false },
};

/** Leaves out what writes. */
class ReadingAdapter extends FastifyAdapter {
  override setApiRoutes(routes: AppControllerRoute[]): this {
    super.setApiRoutes(routes.filter(({ method }) => method === 'get'));
    return this;
  }
}

/** A viewer is told by ourselves what only looks, not by the gate. */
const config = { role: 'viewer' } as const;

export const addBoard = async (site: FastifyInstance, deps: BoardDeps): Promise<void> => {
  const adapter = new ReadingAdapter();
  const board = createBullBoard({ queues: [], serverAdapter: adapter, options: { uiConfig } });
  adapter.setBasePath(path).setErrorHandler(passOn);
  let names = new Set<string>();
  const lookAtLanes = watchLanes(deps, (lanes) => {
    board.replaceQueues(lanes);
    names = new Set(lanes.map((lane) => lane.getName()));
  });

  await site.register(
    async (app) => {
      app.addHook('onRequest', async (request, reply) => {
        reply.helmet(boardPolicy);
        if (isRead(request)) boundPage(request);
      });
      app.addHook('preHandler', async (request, reply) => {
        if (isApiPath(request.url)) await lookAtLanes();
        else if (isPage(request)) giveToken(request, reply);
      });
      app.addHook('preSerialization', shapeAnswer(deps.ledger));
      app.addHook('onSend', async (_request, reply, payload) =>
        String(reply.getHeader('content-type')).startsWith('text/html') ? withOurs(String(payload)) : payload,
      );
      await app.register(adapter.registerPlugin());
      app.put<OfJob>(
        '/api/queues/:queueName/:jobId/retry',
        { config, onRequest: onlyOperators },
        retryJob({ ledger: deps.ledger, isShown: (name) => names.has(name) }),
      );
      for (const url of ['/', '/*']) {
        app.route({
          method: ['DELETE', 'PATCH', 'POST', 'PUT'],
          url,
          config,
          onRequest: refuseWrite,
          handler: refuseWrite,
        });
      }
    },
    { prefix: path },
  );
};

const isRead = ({ method }: FastifyRequest): boolean => method === 'GET' || method === 'HEAD';

const isPage = ({ routeOptions: { url = '' } }: FastifyRequest): boolean => !url.startsWith(`${path}/static/`);

const onlyOperators = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> =>
  reaches(principalOf(request).role, 'operator') ? undefined : refuseViewer(request, reply);

/** A person's settings in the browser, or anybody's address, may ask for any number. */
const boundPage = ({ query }: FastifyRequest): void => {
  const asked = query as Record<string, unknown>;
  for (const [name, limit] of Object.entries(most)) {
    if (Number(asked[name]) > limit) asked[name] = String(limit);
  }
};

/** Its page holds no form of ours; the library that it asks with sends back what it finds in this cookie, as a header. */
const giveToken = (request: FastifyRequest, reply: FastifyReply): void => {
  const secure = request.protocol === 'https';
  reply.setCookie('XSRF-TOKEN', reply.generateCsrf(), { path, sameSite: 'strict', secure });
};

const ours = '<link href="/assets/board.css" rel="stylesheet"><script type="module" src="/assets/board.js"></script>';

/**
 * Takes web fonts out, which the policy would block, so that nobody's browser has to say so; and puts a style in that hides the
 * buttons which would be refused, and a script that names those which are but an icon.
 */
const withOurs = (html: string): string =>
  html.replaceAll(/<link [^>]*\bhttps?:[^>]*>/g, '').replace('</head>', `${ours}</head>`);

/** What ioredis says when Redis went away in the midst of an answer. */
const lostRedis = /connection|timed out|writeable|max retries|ECONN|EPIPE/i;

/** Thrown on to the monitor's own handler: Bull Board's would show the error's message, and its stack in development. */
const passOn = (error: Error): ControllerHandlerReturnType => {
  if (error instanceof URIError) throw Object.assign(error, { statusCode: 400 });
  const isOurs = error instanceof QuailError || 'statusCode' in error;
  if (isOurs || !lostRedis.test(error.message)) throw error;
  throw new QuailError('REDIS_UNREACHABLE', error.message, { retryable: true, cause: error });
};
