/** For load balancers and supervisors: is the process alive, and can it do its work? Nothing here needs a session. */
import type { RouteHandlerMethod } from 'fastify';
import type { CheckStores } from './stores.js';

export const answerAlive: RouteHandlerMethod = async (_request, reply) =>
  reply.header('cache-control', 'no-store').send({ status: 'ok' });

export const answerReady =
  (checkStores: CheckStores): RouteHandlerMethod =>
  async (_request, reply) => {
    const stores = await checkStores();
    const ready = stores.ledger === 'ok' && stores.redis === 'ok';
    reply.status(ready ? 200 : 503).header('cache-control', 'no-store');
    return reply.send({ status: ready ? 'ok' : 'away', ...stores });
  };
