/** The engine: the steps of the way a message takes, one file each. */
export { type AuthTokens, openAuthTokens } from './auth-tokens.js';
export { type CheckDeps, type CheckedTask, checkTask } from './check-task.js';
export { type CompiledTask, compileTask } from './compile-task.js';
export { type DeliverDeps, deliverRun } from './deliver-run.js';
export { type FeedDeps, feedLane } from './feed-lane.js';
export { openReceiptAddress, type ReceiptAddress, receiptPath } from './receipt-address.js';
export { receiptObstacle } from './receipt-obstacle.js';
export { openReceiptReferences, type ReceiptReferences } from './receipt-reference.js';
export { type ReceiptDeps, type ReceiptResult, recordReceipt, type StatusCallback } from './record-receipt.js';
export { type ResolveDeps, resolveUnknown } from './resolve-unknown.js';
export { type ScanDeps, scanTask } from './scan-task.js';
export { recoverQueue, type SweepDeps, sweepRuns } from './sweep-runs.js';
export { openTaskCache, type TaskCache } from './task-cache.js';
export { webhookSecretNames } from './webhook-headers.js';
