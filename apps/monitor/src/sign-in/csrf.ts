/**
 * Takes writes with a session only from forms that we gave to it: each holds a token of the session. Origin and same-site
 * cookie (guards/origin.ts) say the same by other means; this one doesn't depend on what a browser sends by itself.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';

export const addCsrf = (app: FastifyInstance): void => {
  // Behind the parsing: the token stands in the form.
  app.addHook('preValidation', (request, reply, done) => {
    if (!isAsked(request)) return done();
    app.csrfProtection(request, reply, done);
  });
};

const isAsked = ({ method, principal }: FastifyRequest): boolean =>
  method !== 'GET' && method !== 'HEAD' && principal?.kind === 'user';
