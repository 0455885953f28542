/** The word for whatever Bull Board would change: who sends what is decided in the ledger, at pages of the console. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';

export const refuseWrite = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
  sendProblem(request, reply.header('allow', 'GET, HEAD'), {
    status: 405,
    title: 'Bull Board does not do this',
    detail: hintFor(request.url),
  });

export const refuseViewer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
  sendProblem(request, reply.header('allow', 'GET, HEAD'), {
    status: 405,
    title: 'Your role only looks',
    detail: 'Retrying takes the role operator or admin. An admin can give it to you.',
  });

const hints: readonly [act: RegExp, hint: string][] = [
  [/\/(?:pause|resume|concurrency|rate-limit)\b/, 'Lanes are paused, resumed and given another rate at /lanes.'],
  [/\/(?:retry|promote|clean)\b/, 'Failed runs are retried at /retries/new, as many at once as you like.'],
];

const hintFor = (url: string): string =>
  hints.find(([act]) => act.test(url))?.[1] ??
  'Jobs are made from what the ledger holds: runs are retried at /retries/new, lanes paused at /lanes.';
