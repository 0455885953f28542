/** A page of the console: what it shows, in the frame that they all have in common. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalOf, reaches } from '../sign-in/gate.js';

/** Whole pages, and the parts of them that htmx asks for. Both may hold forms. */
export const showPage = (request: FastifyRequest, reply: FastifyReply, view: string, data: object): FastifyReply => {
  const { name, role, kind } = principalOf(request);
  return reply.header('cache-control', 'no-store').page(view, {
    user: { name, role, mayAct: reaches(role, 'operator'), mayRule: reaches(role, 'admin') },
    csrf: kind === 'user' ? reply.generateCsrf() : '',
    ...data,
  });
};

/** After a form: back to a page of ours, which shows what the act has done. */
export const goTo = (reply: FastifyReply, path: string): FastifyReply =>
  reply.header('cache-control', 'no-store').redirect(path, 303);
