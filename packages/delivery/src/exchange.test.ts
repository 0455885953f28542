import type { Outcome } from '@quailrunner/domain';
import type { Dispatcher } from 'undici';
import { expect, it } from 'vitest';
import { Exchange } from './exchange.js';

const controller = () => {
  const aborts: Error[] = [];
  const abort = (reason: Error) => void aborts.push(reason);
  return { aborts, abort, aborted: false, paused: false, reason: null, pause: () => {}, resume: () => {} };
};

const openExchange = ({ leaveBefore = Date.now() + 5_000 } = {}) => {
  const outcomes: Outcome[] = [];
  const exchange = new Exchange({ timeoutMs: 5_000, leaveBefore }, (outcome) => outcomes.push(outcome));
  return { exchange, outcomes };
};

it('refuses to be written a second time, were undici ever to try', () => {
  const { exchange, outcomes } = openExchange();
  const [first, second] = [controller(), controller()];
  exchange.onRequestStart(first satisfies Dispatcher.DispatchController);
  exchange.onRequestStart(second);
  expect([first.aborts.length, second.aborts.length]).toEqual([0, 1]);
  exchange.onResponseError(second, new Error('aborted'));
  expect(outcomes).toMatchObject([{ kind: 'unanswered' }]);
});

it('is not written after it was given up', () => {
  const { exchange, outcomes } = openExchange();
  const late = controller();
  exchange.giveUp('ABORTED', 'before the sender gave up');
  exchange.onRequestStart(late);
  expect(late.aborts.length).toBe(1);
  expect(outcomes).toMatchObject([{ kind: 'not-sent', code: 'ABORTED' }]);
});

it('is not written any more when its time to leave is over: the process was frozen meanwhile', () => {
  const { exchange, outcomes } = openExchange({ leaveBefore: Date.now() - 1 });
  const late = controller();
  exchange.onRequestStart(late);
  expect(late.aborts.length).toBe(1);
  expect(outcomes).toMatchObject([{ kind: 'not-sent', code: 'TOO_LATE' }]);
});
