/** Redis as BullMQ uses it: lanes, jobs, limits. The one place that knows either of them. */
export { emptyRedis } from './empty-redis.js';
export type { Consumer, ConsumerLimits, HandleJob, JobResult, Progress } from './open-consumer.js';
export { type Backlog, openQueue, type Queue, type QueuedRun } from './open-queue.js';
