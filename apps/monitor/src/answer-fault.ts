/** What a fault looks like from outside: which store is away, or a reference to our log; never a stack or a message. */
import { STATUS_CODES } from 'node:http';
import { QuailError } from '@quailrunner/domain';
import { describeFault, type Log } from '@quailrunner/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemAnswer, sendProblem } from './problem.js';

export const answerFault =
  (log: Log) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = describeProblem(error, request.id);
    if (problem.status >= 500) {
      const { method, routeOptions } = request;
      const route = routeOptions.url ?? '';
      log.emit('request.failed', {
        requestId: request.id,
        method,
        route,
        status: problem.status,
        ...describeFault(error),
      });
    }
    if (problem.status === 503) reply.header('retry-after', '5');
    return sendProblem(request, reply, problem);
  };

const describeProblem = (error: unknown, reference: string): ProblemAnswer => {
  const { code = '', statusCode = 500 } = error as { code?: string; statusCode?: number };
  if (error instanceof QuailError && error.retryable) return { ...storeAway(code), reference };
  if (code === 'FST_ERR_HANDLER_TIMEOUT') return { status: 503, title: 'That took too long', reference };
  if (statusCode >= 400 && statusCode < 500) return { status: statusCode, title: STATUS_CODES[statusCode] ?? 'No' };
  return { status: 500, title: 'Something went wrong here', detail: 'The log says more about it.', reference };
};

const storeAway = (code: string): ProblemAnswer =>
  code.startsWith('REDIS_')
    ? {
        status: 503,
        title: 'Redis does not answer',
        detail: 'The queues can be shown when it is back. Nothing is lost: all that waits is in the ledger.',
      }
    : {
        status: 503,
        title: 'The ledger does not answer',
        detail: 'PostgreSQL is away. Nothing is lost: sending goes on as soon as it is back.',
      };
