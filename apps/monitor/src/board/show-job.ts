/**
 * What Bull Board says of a job. Workers write ids and scrubbed reasons only, but what is in Redis is in Redis: so each fact
 * is named here, and anything else stays in: data, options, logs, progress, stacks, and jobs that aren't ours at all.
 */
import type { JobState, QueueJob, QueueJobJson } from '@bull-board/api/typings/app';
import { parseJobId, runStates, scrub } from '@quailrunner/domain';

/** As BullMQ has it. */
interface StoredJob {
  toJSON(): QueueJobJson;
  getState(): Promise<JobState>;
}

export interface ShownJob extends QueueJob {
  readonly id: string;
}

/** `undefined` for what no feed has written. */
export const showJob = (job: StoredJob): ShownJob | undefined => {
  const shown = pickFacts(job.toJSON());
  if (shown === undefined) return undefined;
  return {
    id: shown.id,
    opts: {},
    toJSON: () => shown,
    getState: () => job.getState(),
    promote: refuse,
    remove: refuse,
    retry: refuse,
  };
};

/** To the page of the run that the job is of. */
export const linkRun = ({ id }: QueueJobJson): { href: string; displayText: string } => {
  const { runId = '' } = parseJobId(String(id)) ?? {};
  return { href: `/runs/${runId}`, displayText: `Run ${runId}` };
};

const pickFacts = (job: QueueJobJson): (QueueJobJson & { id: string }) | undefined => {
  const id = String(job.id);
  if (parseJobId(id) === undefined) return undefined;
  return {
    id,
    name: isTaskName(job.name) ? scrub(job.name) : '•••',
    data: pickSegments(job.data),
    opts: {},
    progress: 0,
    attemptsMade: job.attemptsMade,
    timestamp: job.timestamp,
    ...(job.delay !== undefined && { delay: job.delay }),
    ...(job.processedOn != null && { processedOn: job.processedOn }),
    ...(job.finishedOn != null && { finishedOn: job.finishedOn }),
    failedReason: scrub(job.failedReason ?? ''),
    stacktrace: [],
    returnvalue: runStates.find((state) => state === job.returnvalue) ?? null,
  };
};

const isTaskName = (name: string): boolean => /^[a-z0-9-]+$/.test(name);

const pickSegments = (data: unknown): { segments?: number } => {
  const { segments } = (data ?? {}) as { segments?: unknown };
  return Number.isSafeInteger(segments) && Number(segments) < 1_000 ? { segments: Number(segments) } : {};
};

const refuse = async (): Promise<never> => {
  throw new Error('unreachable: no route of the board changes a job');
};
