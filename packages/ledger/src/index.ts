/** The ledger: the PostgreSQL schema `quailrunner`, where the truth about every run is. One file a write, a few for reads. */
export { advanceBulkRetries } from './advance-bulk-retries.js';
export { type StartedRetry, type StoppedRetry, startBulkRetry, stopBulkRetry } from './bulk-retries.js';
export { type Canceled, type CanceledTask, cancelRuns, cancelTask, countCancelable } from './cancel-runs.js';
export {
  disableUser,
  enableUser,
  endOtherSessions,
  type PasswordChange,
  setPasswordHash,
  setUserRole,
  type UserChange,
} from './change-user.js';
export { type Claimed, claimEntities, type LanedEntity } from './claim-entities.js';
export {
  type BulkRetryFilter,
  countRetry,
  type RetryCode,
  type RetryCount,
  type RetryLane,
} from './count-retry.js';
export { countRuns, countUnknown, type RunCount } from './count-runs.js';
export { ensureLane, type LaneUse } from './ensure-lane.js';
export { type FedRun, feedRuns } from './feed-runs.js';
export type { FinishedAttempt } from './finish-attempts.js';
export { finishScan, type ScanResult } from './finish-scan.js';
export { type FailureGroup, groupFailures } from './group-failures.js';
export { checkPassword, hashPassword, makeDecoy } from './hash-password.js';
export {
  type AskedKey,
  type ClaimedKey,
  claimKey,
  keepAnswer,
  type Once,
  releaseKey,
  withOnce,
} from './idempotency-keys.js';
export { leaveLanes } from './leave-lanes.js';
export type { LedgerFault } from './ledger-fault.js';
export { migrateLedger } from './migrate-ledger.js';
export { moveRuns, type SettledRun, settleWaiting } from './move-runs.js';
export { generatePassword, refusePassword } from './new-password.js';
export { type Attempts, openAttempts } from './open-attempts.js';
export { type Ledger, type LedgerOptions, openLedger } from './open-ledger.js';
export { openReceipts, type Receipt, type Receipts } from './open-receipts.js';
export { type AuditFilter, type AuditPage, type AuditRow, readAudit } from './read-audit.js';
export {
  type BulkRetry,
  type BulkRetryPage,
  type BulkRetryState,
  readBulkRetries,
  readBulkRetry,
  type WaitsFor,
} from './read-bulk-retries.js';
export { countLanes, type LaneCounts, type LaneRow, readLanes, readWaitingLanes } from './read-lanes.js';
export { type OpenLane, readOpenLanes } from './read-open-lanes.js';
export {
  readKnownSids,
  readStaleQueued,
  readUnknown,
  type StalePage,
  type StaleRun,
  type UnknownRun,
} from './read-open-runs.js';
export {
  type EntityState,
  type LaneProspect,
  readEntityStates,
  readLaneProspects,
  readSuppressed,
} from './read-prospects.js';
export { type QueuedLane, readQueued, readQueuedLanes } from './read-queued.js';
export { readRevised, readRevisedQueued, readStoppedUses, type StoppedUse, type WaitingPlace } from './read-revised.js';
export { type Revision, type RevisionPage, readRevisions, readTaskLanes } from './read-revisions.js';
export { type AttemptRow, type ReceiptRow, type RunStory, readRun } from './read-run.js';
export { readRunStates } from './read-run-states.js';
export { type RunFilter, type RunPage, type RunRow, readRuns } from './read-runs.js';
export { readScans, type ScanPage, type ScanRow } from './read-scans.js';
export { readStoppedTasks } from './read-stopped-tasks.js';
export {
  readSuppressionChanges,
  readSuppressions,
  type SuppressionChange,
  type SuppressionChanges,
  type SuppressionRow,
} from './read-suppressions.js';
export { readRevision, readTask, readTasks, type TaskRow } from './read-tasks.js';
export { readThroughput, type Throughput, type ThroughputBucket, type ThroughputOptions } from './read-throughput.js';
export { type Backoff, recordBackoff } from './record-backoff.js';
export { recordConcurrency } from './record-concurrency.js';
export { recordRecheck } from './record-recheck.js';
export { renewScan, type Scan, scanHeartbeatMs } from './renew-scan.js';
export { resolveRuns } from './resolve-runs.js';
export { retryRuns } from './retry-runs.js';
export { returnRuns } from './return-runs.js';
export { revealRun } from './reveal-run.js';
export { type SavedTask, type SaveTerms, saveTask } from './save-task.js';
export { saveTest, type TestRun } from './save-test.js';
export { deleteSession, readSession, renewSession, type SessionData, saveSession } from './sessions.js';
export { setLaneRate } from './set-lane-rate.js';
export { type HeldLane, holdLane, pauseLane, resumeLane } from './set-lane-state.js';
export { holdTask, setTaskState, type TaskState } from './set-task-state.js';
export { type SettleResult, settleUnknown, type UnknownSettlement } from './settle-unknown.js';
export { type AddressedRun, skipSuppressed } from './skip-suppressed.js';
export type { StartedRun } from './start-attempts.js';
export {
  type Lifted,
  liftSuppressions,
  type SuppressedAddress,
  suppress,
  type Told,
  type ToldBy,
  type WhichSuppressions,
} from './suppress.js';
export { sweepLostWorkers } from './sweep-lost-workers.js';
export { type Alert, recordAlertSent, takeDueAlerts } from './take-alerts.js';
export { type DueScan, takeDueScan } from './take-due-scan.js';
export {
  createToken,
  type FoundToken,
  findToken,
  type NewToken,
  readTokens,
  revokeToken,
  type TokenRow,
} from './tokens.js';
export { countUsers, createUser, type Role, readUser, readUsers, type User, type UserRow } from './users.js';
export { registerWorker, type Worker } from './workers.js';
