/**
 * The gate: behind it, nothing answers but to a person who signed in, or under /api to whoever holds the API's token. A
 * route is behind it unless it says `config: open`; so is every address that leads nowhere.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isApiPath, sendProblem } from '../problem.js';
import { isBearerToken } from './token.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a session. */
    open?: boolean;
  }
}

export const open = { config: { open: true } };

export const addGate = (app: FastifyInstance, apiToken: string | undefined): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.open || request.session.user !== undefined) return;
    if (request.url.startsWith('/api/') && isBearerToken(request.headers.authorization, apiToken)) return;
    return isApiPath(request.url) ? refuse(request, reply) : sendToSignIn(request, reply);
  });
};

const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  reply.header('www-authenticate', 'Bearer realm="quailrunner"');
  return sendProblem(request, reply, {
    status: 401,
    title: 'Sign in first',
    detail: 'This needs a session, or an API token as `Authorization: Bearer …`.',
  });
};

const sendToSignIn = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  reply.header('cache-control', 'no-store');
  // Who follows a link from elsewhere comes without the same-site strict cookie, signed in or not. A page of ours that
  // asks for the same address again brings the cookie.
  if (request.headers['sec-fetch-site'] === 'cross-site' && request.method === 'GET')
    return reply.page('again.njk', {});
  const wanted = request.method === 'GET' && request.url !== '/' ? `?next=${encodeURIComponent(request.url)}` : '';
  return reply.redirect(`/sign-in${wanted}`, 303);
};
