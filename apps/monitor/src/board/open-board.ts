/**
 * Bull Board, for people who signed in: a look at the lanes' jobs in Redis. It knows lanes by their masked keys, shows
 * ids only (that is all a job holds) and changes nothing: who sends what is decided in the ledger.
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { ControllerHandlerReturnType, QueueAdapterOptions, UIConfig } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import { maskLaneKey, QuailError } from '@quailrunner/domain';
import { readLanes } from '@quailrunner/ledger';
import type { FastifyInstance } from 'fastify';
import { boardPolicy } from '../guards/headers.js';
import { isApiPath, sendProblem } from '../problem.js';
import { awayAfter, type CheckStores, type Stores } from '../stores.js';
import { cleanAnswer } from './clean-answer.js';

export interface BoardDeps extends Stores {
  readonly checkStores: CheckStores;
}

const path = '/queues';

const delimiter = ' · ';

/** How long a look at the ledger's lanes is good for. */
const lanesFreshMs = 2_000;

const uiConfig: UIConfig = {
  boardTitle: 'Quailrunner',
  boardLogo: { path: '/assets/quail.svg', width: 32, height: 32 },
  favIcon: { default: '/assets/quail.svg', alternative: '/assets/quail.svg' },
  miscLinks: [{ text: '← Status', url: '/' }],
  hideDocsLink: true,
  // With many workers this asks more of Redis than everything else together.
  showWorkers: false,
  showMetrics: false,
  pollingInterval: { forceInterval: 5, showSetting: false },
};

export const addBoard = async (site: FastifyInstance, deps: BoardDeps): Promise<void> => {
  const adapter = new FastifyAdapter();
  const board = createBullBoard({
    queues: [],
    serverAdapter: adapter,
    options: { uiConfig, handlerHooks: { after: cleanAnswer } },
  });
  adapter.setBasePath(path).setErrorHandler(passOn);
  const showLanes = trackLanes(deps, (adapters) => board.replaceQueues(adapters));

  await site.register(
    async (app) => {
      app.addHook('onRequest', async (request, reply) => {
        reply.helmet(boardPolicy);
        if (request.method !== 'GET' && request.method !== 'HEAD') {
          reply.header('allow', 'GET, HEAD');
          return sendProblem(request, reply, {
            status: 405,
            title: 'Bull Board only looks',
            detail: 'Runs, lanes and tasks are changed through the ledger: see `quail runs retry`.',
          });
        }
        if (isApiPath(request.url)) await showLanes();
      });
      app.addHook('onSend', async (_request, reply, payload) =>
        String(reply.getHeader('content-type')).startsWith('text/html') ? withoutWebFonts(String(payload)) : payload,
      );
      await app.register(adapter.registerPlugin());
    },
    { prefix: path },
  );
};

/** Adds the lanes that came since the last look. BullMQ waits for Redis without a limit, so Redis is asked first. */
const trackLanes = (
  { ledger, queue, checkStores }: BoardDeps,
  replaceQueues: (adapters: BullMQAdapter[]) => void,
): (() => Promise<void>) => {
  const adapters = new Map<number, BullMQAdapter>();
  let freshUntil = 0;
  return async () => {
    if ((await checkStores()).redis === 'away') awayAfter('REDIS', 1_000)();
    if (Date.now() < freshUntil) return;
    for (const { laneId, key } of await readLanes(ledger)) {
      if (adapters.has(laneId)) continue;
      adapters.set(laneId, new BullMQAdapter(queue.boardQueue(laneId), nameLane(maskLaneKey(key))));
    }
    replaceQueues([...adapters.values()]);
    freshUntil = Date.now() + lanesFreshMs;
  };
};

/** The menu is a tree of names: account, then sender. Without slashes, which some proxies don't pass on in an address. */
const nameLane = (lane: string): Partial<QueueAdapterOptions> => {
  const name = lane.replaceAll('/', delimiter);
  return { readOnlyMode: true, allowRetries: false, displayName: lane, prefix: `${name} `, delimiter };
};

/** The policy would block them; so nobody's browser has to say so. */
const withoutWebFonts = (html: string): string => html.replaceAll(/<link [^>]*\bhttps?:[^>]*>/g, '');

/** What ioredis says when Redis went away in the midst of an answer. */
const lostRedis = /connection|timed out|writeable|max retries|ECONN|EPIPE/i;

/** Thrown on to the monitor's own handler: Bull Board's would show the error's message, and its stack in development. */
const passOn = (error: Error): ControllerHandlerReturnType => {
  const isOurs = error instanceof QuailError || 'statusCode' in error;
  if (isOurs || !lostRedis.test(error.message)) throw error;
  throw new QuailError('REDIS_UNREACHABLE', error.message, { retryable: true, cause: error });
};
