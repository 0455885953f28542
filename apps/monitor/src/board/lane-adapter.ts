/**
 * A lane as Bull Board may know it: its masked name, how many jobs there are, and the jobs themselves without anything that
 * people put into them. It can only look: whatever would change a job or the lane throws, whoever asks for it.
 */
import { BaseAdapter } from '@bull-board/api/dist/queueAdapters/base.js';
import type { JobCounts, JobStatus, QueueJob, QueueMetrics, Status } from '@bull-board/api/typings/app';
import { type LaneState, maskLaneKey, scrub } from '@quailrunner/domain';
import type { LaneRow } from '@quailrunner/ledger';
import type { Queue } from '@quailrunner/queue';
import { linkRun, type ShownJob, showJob } from './show-job.js';

type AskedQueue = Pick<Queue, 'boardQueue' | 'readInfo'>;

const delimiter = ' · ';

/** Those that jobs of ours can be in. */
const jobStates = ['active', 'waiting', 'completed', 'failed', 'delayed'] as const;

const noMetrics: QueueMetrics = { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [], count: 0 };

export class LaneAdapter extends BaseAdapter {
  readonly #laneId: number;
  readonly #queue: AskedQueue;
  #counts: Partial<JobCounts> = {};
  #state: LaneState = 'open';
  #reason = '';

  constructor({ laneId, key }: LaneRow, queue: AskedQueue) {
    const lane = maskLaneKey(key);
    // The menu is a tree of names: account, then sender. Without slashes, which some proxies don't pass on in an address.
    const prefix = `${lane.replaceAll('/', delimiter)} `;
    super('bullmq', { readOnlyMode: true, displayName: lane, prefix, delimiter, externalJobUrl: linkRun });
    this.#laneId = laneId;
    this.#queue = queue;
  }

  /** What the ledger and Redis said of it last. */
  heed({ state, reason = '' }: LaneRow, counts: Partial<JobCounts>): void {
    this.#state = state;
    this.#reason = reason;
    this.#counts = counts;
  }

  getName(): string {
    return `${this.prefix}${this.getQueueQualifiedName()}`;
  }
  override getDescription(): string {
    return this.#state === 'open' ? '' : scrub(`${this.#state}: ${this.#reason}`);
  }
  async isPaused(): Promise<boolean> {
    return this.#state !== 'open';
  }
  async getJobCounts(): Promise<JobCounts> {
    return this.#counts as JobCounts;
  }
  getStatuses(): Status[] {
    return ['latest', ...jobStates];
  }
  getJobStatuses(): JobStatus[] {
    return [...jobStates];
  }
  async getJob(id: string): Promise<ShownJob | undefined> {
    const job = await this.#queue.boardQueue(this.#laneId).getJob(id);
    return job && showJob(job);
  }
  async getJobs(statuses: JobStatus[], start?: number, end?: number): Promise<QueueJob[]> {
    const asked = jobStates.filter((state) => statuses.includes(state));
    const jobs = await this.#queue.boardQueue(this.#laneId).getJobs(asked, start, end);
    return jobs.flatMap((job) => (job && showJob(job)) ?? []);
  }
  getRedisInfo(): Promise<string> {
    return this.#queue.readInfo();
  }

  // What lanes don't have, and what isn't shown of them.
  async getJobLogs(): Promise<string[]> {
    return [];
  }
  async getMetrics(): Promise<QueueMetrics> {
    return noMetrics;
  }
  async getJobSchedulers(): Promise<[]> {
    return [];
  }
  async getJobSchedulersCount(): Promise<number> {
    return 0;
  }
  async getGlobalConcurrency(): Promise<null> {
    return null;
  }
  /** Asked of BullMQ's adapters when a job's flow is looked for: no job here has a parent or children. */
  getQueueQualifiedName(): string {
    return `{lane-${this.#laneId}}`;
  }
  getFlowProducer(): undefined {
    return undefined;
  }

  clean(): Promise<never> {
    return refuse();
  }
  addJob(): Promise<never> {
    return refuse();
  }
  pause(): Promise<never> {
    return refuse();
  }
  resume(): Promise<never> {
    return refuse();
  }
  empty(): Promise<never> {
    return refuse();
  }
  obliterate(): Promise<never> {
    return refuse();
  }
  promoteAll(): Promise<never> {
    return refuse();
  }
  removeJobScheduler(): Promise<never> {
    return refuse();
  }
  updateJobScheduler(): Promise<never> {
    return refuse();
  }
  runJobSchedulerNow(): Promise<never> {
    return refuse();
  }
  setGlobalConcurrency(): Promise<never> {
    return refuse();
  }
}

const refuse = async (): Promise<never> => {
  throw new Error('unreachable: no route of the board changes anything in Redis');
};
