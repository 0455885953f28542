import { backoffMs } from './backoff.js';
import type { RunState } from './run-states.js';
import type { TaskSettings } from './task.js';
import type { Verdict } from './verdict.js';

/** Where a run goes after an attempt. */
export interface Settlement {
  readonly state: Extract<RunState, 'completed' | 'failed' | 'retrying' | 'unknown' | 'pending'>;
  /** Whether the attempt counts against the task's `retries`. */
  readonly spent: boolean;
  /** For `retrying`, `pending` and `unknown`: how long until somebody looks at the run again. */
  readonly dueInMs: number;
}

/** Twilio's list of messages shows a new message within a few seconds; we wait longer before we call it absent. */
export const unknownLookAfterMs = 20_000;

/** Pause of a single run after a throttle, where the receiver named none. */
const throttleMs = 5_000;
const longestThrottleMs = 15 * 60_000;

/**
 * Settles an attempt. `attempts` counts the attempts spent before this one; `random` is in [0, 1).
 * Pure: the ledger turns the result into a compare-and-set.
 */
export const settle = (
  settings: Pick<TaskSettings, 'retries' | 'backoff'>,
  verdict: Verdict,
  attempts: number,
  random: number,
): Settlement => {
  switch (verdict.kind) {
    case 'accepted':
      return { state: 'completed', spent: true, dueInMs: 0 };
    case 'refused':
      return { state: 'failed', spent: true, dueInMs: 0 };
    case 'unknown':
      return { state: 'unknown', spent: true, dueInMs: unknownLookAfterMs };
    case 'transient':
      if (attempts >= settings.retries) return { state: 'failed', spent: true, dueInMs: 0 };
      return { state: 'retrying', spent: true, dueInMs: backoffMs(settings.backoff, attempts + 1, random) };
    case 'throttled':
      return {
        state: 'pending',
        spent: false,
        // `||` because a header may have come to NaN.
        dueInMs: Math.min(longestThrottleMs, Math.max(throttleMs, verdict.retryAfterMs || 0)),
      };
    case 'lane-fault':
      return { state: 'pending', spent: false, dueInMs: 0 };
  }
};
