/** One endpoint as a route: what is asked is read, done, and answered; or refused, in the words of problem details. */
import { withOnce } from '@quailrunner/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { problemsIn } from '../problems-in.js';
import { actorOf, principalOf } from '../sign-in/gate.js';
import { answerOnce, type Kept } from './answer-once.js';
import { type ApiDeps, type Endpoint, isWrite, Refusal, roleOf } from './endpoint.js';
import { type Read, readAsked } from './read-asked.js';

export const apiPath = '/api/v1';

export const serveEndpoint = (api: FastifyInstance, endpoint: Endpoint, deps: ApiDeps): void => {
  api.route({
    method: endpoint.method,
    url: toRoute(endpoint.path),
    config: { role: roleOf(endpoint) },
    ...(endpoint.timeoutMs !== undefined && { handlerTimeout: endpoint.timeoutMs }),
    handler: async (request, reply) => {
      const read = readAsked(endpoint, request);
      if (read instanceof Refusal) return refuse(read, request, reply);
      const key = isWrite(endpoint) ? request.headers['idempotency-key'] : undefined;
      if (key === undefined) return answer(await perform(endpoint, { read, request }, deps), request, reply);
      const answered = await answerOnce(
        { key, endpoint, read, principal: principalOf(request) },
        async (once) => perform(endpoint, { read, request }, { ...deps, ledger: withOnce(deps.ledger, once) }),
        deps.ledger,
      );
      return answer(answered, request, reply);
    },
  });
};

/** `/tasks/{name}` as the router writes it. */
export const toRoute = (path: string): string => apiPath + path.replaceAll(/\{(\w+)\}/g, ':$1');

interface Called {
  readonly read: Read;
  readonly request: FastifyRequest;
}

const perform = async (endpoint: Endpoint, { read, request }: Called, deps: ApiDeps): Promise<Kept | Refusal> => {
  const principal = principalOf(request);
  try {
    const done = await endpoint.handle({ ...read, by: actorOf(request), principal }, deps);
    if (endpoint.method !== 'GET') deps.status.forget();
    if (done instanceof Refusal) return done;
    // Says what the schema names and nothing else.
    return { status: endpoint.status ?? 200, body: JSON.stringify(endpoint.answer.parse(done)) };
  } catch (fault) {
    const mistakes = problemsIn(fault);
    if (mistakes === undefined) throw fault;
    return new Refusal({ status: 422, title: 'That does not hold', errors: mistakes.problems });
  }
};

const answer = (told: Kept | Refusal, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  if (told instanceof Refusal) return refuse(told, request, reply);
  const { status, body, isReplayed } = told;
  reply.status(status).header('cache-control', 'no-store');
  if (isReplayed) reply.header('idempotency-replayed', 'true');
  return reply.type('application/json; charset=utf-8').send(body);
};

const refuse = (
  { problem, retryAfterSeconds }: Refusal,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return sendProblem(request, reply, problem);
};
