/**
 * Bull Board's retry of one failed job: a person's retry of its run, by the ledger's compare-and-set. The job itself stays as
 * it is: the run is fed again as another job, under its next dispatch number. BullMQ's own retry is never used.
 */
import { parseJobId } from '@quailrunner/domain';
import { type Ledger, readRunStates, retryRuns } from '@quailrunner/ledger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { actorOf } from '../sign-in/gate.js';

export interface OfJob {
  Params: { readonly queueName: string; readonly jobId: string };
}

interface Deps {
  readonly ledger: Ledger;
  readonly isShown: (queueName: string) => boolean;
}

export const retryJob =
  ({ ledger, isShown }: Deps) =>
  async (request: FastifyRequest<OfJob>, reply: FastifyReply): Promise<FastifyReply> => {
    const { queueName, jobId } = request.params;
    const { runId } = (isShown(queueName) ? parseJobId(jobId) : undefined) ?? {};
    const state = runId === undefined ? undefined : await readState(ledger, runId);
    if (runId === undefined || state === undefined) {
      return sendProblem(request as FastifyRequest, reply, { status: 404, title: 'There is no such run' });
    }
    const retry = { runIds: [runId], by: actorOf(request as FastifyRequest) };
    const isRetried = state === 'failed' && (await retryRuns(ledger, retry)) === 1;
    if (isRetried) return reply.status(204).send();
    return sendProblem(request as FastifyRequest, reply, {
      status: 409,
      title: `Run ${runId} is ${state === 'failed' ? 'being retried already' : `${state} now`}`,
      detail: 'Only a run that is failed can be retried. Its page tells what has become of it.',
    });
  };

const readState = async (ledger: Ledger, runId: string) => (await readRunStates(ledger, [runId])).get(runId);
