/** How we say no: a page to people, problem details (RFC 9457) to programs. Neither holds anything but our own words. */
import type { Problem } from '@quailrunner/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface ProblemAnswer {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** What is wrong in what a person wrote: each with its place and its mend. */
  readonly errors?: readonly Problem[];
  /** Where a person came from. */
  readonly back?: string;
  /** Finds the line in our log. */
  readonly reference?: string;
}

/** Asked by programs: our API, but for the page that tells of it, and the one that Bull Board's page asks. */
export const isApiPath = (url: string): boolean => /^\/(?:queues\/)?api(?!\/docs)(?:[/?]|$)/.test(url);

export const sendProblem = (request: FastifyRequest, reply: FastifyReply, problem: ProblemAnswer): FastifyReply => {
  reply.status(problem.status).header('cache-control', 'no-store');
  const forPeople = !isApiPath(request.url) && (request.headers.accept ?? '').includes('text/html');
  if (forPeople) return reply.page('problem.njk', { problem });
  const { back: _, ...told } = problem;
  return reply.type('application/problem+json').send({ type: 'about:blank', ...told });
};
