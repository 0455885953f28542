import type { NotSent } from './outcome.js';
import type { Verdict } from './verdict.js';

/** Reasons of ours for not sending: they say nothing of the receiver. */
const ownReasons: ReadonlySet<string> = new Set(['CLIENT_CLOSED', 'ABORTED', 'REQUEST_INVALID']);

/** Nothing left, so it is tried again: unless this target is never to be reached. `reason` without personal data. */
export const judgeNotSent = ({ code }: NotSent, reason: string): Verdict => {
  if (code === 'TARGET_NOT_ALLOWED') return { kind: 'lane-fault', code, reason };
  return ownReasons.has(code)
    ? { kind: 'transient', code, reason }
    : { kind: 'transient', code, reason, isUnreachable: true };
};
