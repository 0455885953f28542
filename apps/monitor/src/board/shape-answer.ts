/**
 * The last hand on what Bull Board's page is told. It shows a button where a queue is not read-only and a job is failed, so
 * that is what is said: to those who may retry, and of runs that are failed still. Problems get the words it looks for.
 */
import type { AppJob, AppQueue } from '@bull-board/api/typings/app';
import { parseJobId, type RunState } from '@quailrunner/domain';
import { type Ledger, readRunStates } from '@quailrunner/ledger';
import type { FastifyRequest } from 'fastify';
import type { ProblemAnswer } from '../problem.js';
import { principalOf, reaches } from '../sign-in/gate.js';

/** Of the answers that Bull Board's routes give, those that need a hand. */
type Answer = Partial<ProblemAnswer> & { readonly queues?: readonly AppQueue[]; readonly job?: AppJob };

export const shapeAnswer =
  (ledger: Ledger) =>
  async (request: FastifyRequest, _reply: unknown, payload: unknown): Promise<unknown> => {
    if (typeof payload !== 'object' || payload === null) return payload;
    const answer: Answer = payload;
    if (answer.status !== undefined && answer.title !== undefined) return withToast(answer as ProblemAnswer);
    if (answer.job !== undefined) {
      const [job] = await heedRuns(ledger, [answer.job]);
      return { ...answer, job };
    }
    if (answer.queues !== undefined) {
      const queues = answer.queues.map(offerRetry(request));
      return { ...answer, queues: await Promise.all(queues.map((queue) => withRuns(ledger, queue))) };
    }
    return payload;
  };

/** Its page shows `error` and `message` in a corner for a while; problem details may hold more than their own members. */
const withToast = (problem: ProblemAnswer) => ({
  ...problem,
  error: problem.title,
  message: problem.detail ?? (problem.status === 403 ? staleToken : undefined),
});

/** The only no that the gate doesn't put into words. */
const staleToken = 'You have signed in since this page was opened: load it again.';

/** Only of the lane that is looked at: buttons for several at once would have to be refused. */
const offerRetry = (request: FastifyRequest) => {
  const { activeQueue = '', status = 'latest' } = request.query as { activeQueue?: string; status?: string };
  const mayRetry = reaches(principalOf(request).role, 'operator') && (status === 'failed' || status === 'latest');
  return (queue: AppQueue): AppQueue =>
    mayRetry && isNamed(activeQueue, queue.name)
      ? { ...queue, readOnlyMode: false, allowRetries: true, allowCompletedRetries: false }
      : queue;
};

/** Bull Board's page encodes it once more than others do. */
const isNamed = (text: string, name: string): boolean => text === name || text === encodeURIComponent(name);

const withRuns = async (ledger: Ledger, queue: AppQueue): Promise<AppQueue> =>
  queue.jobs.length === 0 ? queue : { ...queue, jobs: await heedRuns(ledger, queue.jobs) };

const heedRuns = async (ledger: Ledger, jobs: readonly AppJob[]): Promise<AppJob[]> => {
  const runIds = jobs.filter(({ isFailed }) => isFailed).map(runIdOf);
  const states = await readRunStates(ledger, runIds);
  return jobs.map((job) => (job.isFailed ? heedRun(job, states.get(runIdOf(job))) : job));
};

const heedRun = (job: AppJob, state: RunState | undefined): AppJob =>
  state === 'failed'
    ? job
    : { ...job, isFailed: false, failedReason: `${job.failedReason} (the run is ${state ?? 'gone'} now)` };

const runIdOf = ({ id }: AppJob): string => parseJobId(String(id))?.runId ?? '';
