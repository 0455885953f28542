import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowedMoves, finalStates, isAllowedMove, type RunState, runStates, statesBefore } from './run-states.js';

const anyState = fc.constantFrom(...runStates);

const reachableFrom = (start: RunState): Set<RunState> => {
  const reached = new Set<RunState>([start]);
  for (const state of reached) for (const next of allowedMoves[state]) reached.add(next);
  return reached;
};

describe('the moves of a run', () => {
  it('are what statesBefore says of them', () => {
    fc.assert(
      fc.property(anyState, anyState, (from, to) => {
        expect(statesBefore(to).includes(from)).toBe(isAllowedMove(from, to));
        expect(isAllowedMove(from, to)).toBe(allowedMoves[from].includes(to));
      }),
    );
  });

  it('reach every state from the claim, and a final one from every state', () => {
    expect(reachableFrom('pending')).toEqual(new Set(runStates));
    for (const state of runStates)
      expect([...reachableFrom(state)].some((next) => finalStates.includes(next))).toBe(true);
  });

  it('begin a POST only from the queue, with a job in hand', () => expect(statesBefore('sending')).toEqual(['queued']));

  it('never lead from a POST that may have arrived straight to another one', () => {
    expect(allowedMoves.unknown).toEqual(['completed', 'failed', 'retrying']);
    expect(isAllowedMove('sending', 'queued')).toBe(false);
  });

  it('complete a run from everywhere, for a receipt may tell late that it was sent', () =>
    expect(statesBefore('completed')).toEqual(runStates.filter((state) => state !== 'completed')));

  it("never send again what was completed: it can only be doubted, when its message is found to be another run's", () => {
    expect(allowedMoves.completed).toEqual(['unknown']);
  });

  it('leave a canceled run alone but for a receipt', () => expect(allowedMoves.canceled).toEqual(['completed']));

  it("bring a failed or skipped run back only to the beginning: that is a person's word, or the predicate's", () => {
    const sendable: RunState[] = ['pending', 'queued', 'sending', 'retrying'];
    for (const state of ['failed', 'skipped'] as const) {
      expect(allowedMoves[state].filter((next) => sendable.includes(next))).toEqual(['pending']);
    }
  });

  it('skip and cancel only what is not on its way', () => {
    const waiting: RunState[] = ['pending', 'queued', 'retrying'];
    expect(statesBefore('skipped')).toEqual(waiting);
    expect(statesBefore('canceled')).toEqual(waiting);
  });

  it('lead nowhere that they come from', () => {
    for (const state of runStates) expect(isAllowedMove(state, state)).toBe(false);
  });
});
