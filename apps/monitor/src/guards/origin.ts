/**
 * Takes writes from our own pages only. The session's cookie is same-site strict already; this also keeps out pages of
 * the same site on another port or a sibling name, which browsers count as the same site.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';

/** A program that is no browser sends neither header, and no cookie by itself. */
export const isOwnOrigin = ({ headers }: Pick<FastifyRequest, 'headers'>, publicHost: string | undefined): boolean => {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (headers.origin === undefined) return true;
  if (!URL.canParse(headers.origin)) return false;
  const { host } = new URL(headers.origin);
  return host !== '' && (host === headers.host || host === publicHost);
};

export const addOriginGuard = (app: FastifyInstance, publicHost: string | undefined): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD' || isOwnOrigin(request, publicHost)) return;
    return sendProblem(request, reply, {
      status: 403,
      title: 'This came from another site',
      detail: 'Writes are taken from the pages of this monitor only.',
    });
  });
};
