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

  it('complete only what was sent', () =>
    expect(statesBefore('completed')).toEqual(['sending', 'retrying', 'unknown']));

  it('leave a completed and a canceled run alone for good', () => {
    expect([allowedMoves.completed, allowedMoves.canceled]).toEqual([[], []]);
  });

  it("bring a failed or skipped run back only to the beginning: that is a person's word, or the predicate's", () => {
    expect([allowedMoves.failed, allowedMoves.skipped]).toEqual([['pending'], ['pending']]);
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
