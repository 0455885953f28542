/**
 * A second look at what Bull Board says of jobs. Workers write only scrubbed reasons into them, but what is in Redis is
 * in Redis: so reasons are scrubbed once more on their way out, and stacks, which tell nothing but where we live, stay in.
 */
import type { AfterHook, AppJob } from '@bull-board/api/typings/app';
import { scrub } from '@quailrunner/domain';

interface Body {
  readonly job?: AppJob;
  readonly queues?: readonly { readonly jobs: readonly AppJob[] }[];
}

export const cleanAnswer: AfterHook = (_context, answer) => {
  if (typeof answer.body !== 'object') return answer;
  const body = answer.body as Body;
  return {
    ...answer,
    body: {
      ...body,
      ...(body.job ? { job: cleanJob(body.job) } : {}),
      ...(body.queues ? { queues: body.queues.map((queue) => ({ ...queue, jobs: queue.jobs.map(cleanJob) })) } : {}),
    },
  };
};

const cleanJob = (job: AppJob): AppJob => ({
  ...job,
  stacktrace: [],
  ...(job.failedReason ? { failedReason: scrub(job.failedReason) } : {}),
});
