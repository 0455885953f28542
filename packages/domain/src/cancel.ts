/** Why a run can't be canceled, as a person is told: after its number, "… was not canceled: it ". */
import type { RunState } from './run-states.js';

const reasons: Readonly<Record<RunState, string>> = {
  pending: 'has only just come to wait; try again',
  queued: 'has only just come to wait; try again',
  retrying: 'has only just come to wait; try again',
  sending: 'is being sent at this moment',
  unknown: 'may have been sent already; say what became of it instead: quail runs resolve',
  completed: 'was sent',
  failed: 'has failed, and nothing is sent unless somebody retries it',
  skipped: 'was skipped, and nothing is sent unless its task finds it again',
  canceled: 'is canceled already',
};

/** `undefined`: there is no such run. */
export const whyNotCanceled = (state: RunState | undefined): string =>
  state === undefined ? 'does not exist' : reasons[state];
