/** The HTTP server without its routes: its limits, what each answer carries, and how faults are told. */
import { randomUUID } from 'node:crypto';
import fastifyHelmet from '@fastify/helmet';
import type { Log } from '@quailrunner/telemetry';
import { type FastifyInstance, fastify } from 'fastify';
import { answerFault } from './answer-fault.js';
import { securityHeaders } from './guards/headers.js';
import { addViews, type ViewOptions } from './views.js';

/** Nothing that people send us is larger than a form. */
const bodyLimit = 64 * 1024;
const timeouts = { requestTimeout: 10_000, handlerTimeout: 10_000, keepAliveTimeout: 15_000 };

/** A proxy on this machine or in a private network may say for whom it asks. */
const proxies = 'loopback,linklocal,uniquelocal';

export interface ServerOptions extends ViewOptions {
  readonly publicUrl?: string | undefined;
}

export const openServer = async ({ publicUrl, ...shown }: ServerOptions, log: Log): Promise<FastifyInstance> => {
  const app = fastify({
    logger: false,
    bodyLimit,
    ...timeouts,
    trustProxy: publicUrl === undefined ? false : proxies,
    forceCloseConnections: 'idle',
    genReqId: () => randomUUID(),
  });
  app.setErrorHandler(answerFault(log));
  endConnectionsOnClose(app);
  await app.register(fastifyHelmet, securityHeaders(publicUrl?.startsWith('https:') ?? false));
  await addViews(app, shown);
  return app;
};

/** A client whose request is in progress when we close would keep its connection, and with it us, for a while longer. */
const endConnectionsOnClose = (app: FastifyInstance): void => {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
};
