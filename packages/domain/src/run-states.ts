/**
 * The states of a run and the moves between them. The table is the only place that says what is allowed; the ledger
 * makes every move as a compare-and-set on it, so a move that is not here can't happen by a race either.
 */
export const runStates = [
  'pending',
  'queued',
  'sending',
  'completed',
  'failed',
  'retrying',
  'unknown',
  'skipped',
  'canceled',
] as const;

export type RunState = (typeof runStates)[number];

export const allowedMoves: Readonly<Record<RunState, readonly RunState[]>> = {
  /**
   * Claimed, waits in the ledger. Like every state below: `completed` when a receipt tells that it was sent after all.
   * `failed` again when the bulk retry that brought it here is stopped before it went.
   */
  pending: ['queued', 'completed', 'failed', 'skipped', 'canceled'],
  /** Fed to Redis. Back to `pending` when its lane or task was paused, or when Redis didn't take the job. `failed` as above. */
  queued: ['sending', 'pending', 'completed', 'failed', 'skipped', 'canceled'],
  /** The attempt is committed, the request may be on its way. `pending` again only after a throttle or a lane fault. */
  sending: ['completed', 'failed', 'retrying', 'unknown', 'pending'],
  /** `unknown` when the message that a look-up had found for it turns out to be another run's. */
  completed: ['unknown'],
  /** A person may queue it again. `unknown` as above. */
  failed: ['pending', 'completed', 'unknown'],
  /** `completed` when the answer comes after all, before the run is fed again. */
  retrying: ['queued', 'completed', 'skipped', 'canceled'],
  /** The request may have been accepted: settled by a receipt, a look-up, a person or the task's policy. */
  unknown: ['completed', 'failed', 'retrying'],
  skipped: ['pending', 'completed'],
  canceled: ['completed'],
};

export const finalStates: readonly RunState[] = ['completed', 'failed', 'skipped', 'canceled'];

export const isAllowedMove = (from: RunState, to: RunState): boolean => allowedMoves[from].includes(to);

/** States from which `to` may be reached: what a compare-and-set in the ledger asks for. */
export const statesBefore = (to: RunState): RunState[] => runStates.filter((from) => isAllowedMove(from, to));
