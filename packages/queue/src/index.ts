/** Redis as BullMQ uses it: lanes, jobs, limits. The one place that knows either of them. */
export type { JobCounts } from './count-jobs.js';
export { emptyRedis } from './empty-redis.js';
export type { LaneLimits, Stop, Word } from './gate/gate-state.js';
export type { Permit } from './gate/permit.js';
export type { Consumer, ConsumerLimits, HandleJob, JobResult, Progress } from './open-consumer.js';
export { openQueue, type Queue, type QueuedRun } from './open-queue.js';
