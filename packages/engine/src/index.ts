/** The engine: the steps of the way a message takes, one file each. */
export { type CheckDeps, type CheckedTask, checkTask } from './check-task.js';
export { type CompiledTask, compileTask } from './compile-task.js';
export { type DeliverDeps, deliverRun } from './deliver-run.js';
export { type FeedDeps, feedLane } from './feed-lane.js';
export { type ResolveDeps, resolveUnknown } from './resolve-unknown.js';
export { type ScanDeps, scanTask } from './scan-task.js';
export { type SweepDeps, sweepRuns } from './sweep-runs.js';
export { openTaskCache, type TaskCache } from './task-cache.js';
