import { expect, it } from 'vitest';
import { formatChange } from './format-change.js';

it.each([
  [{ state: 'active' }, { state: 'paused' }, 'state active → paused'],
  [{ ratePerSecond: null }, { ratePerSecond: 0.5 }, 'ratePerSecond none → 0.5'],
  [{ revision: 1 }, { revision: 2, changed: ['retries', 'predicate'] }, 'revision 1 → 2, changed retries predicate'],
  [undefined, { role: 'viewer' }, 'role viewer'],
  [{ state: 'held', reason: '30007' }, { state: 'active' }, 'state held → active, reason 30007'],
  [undefined, undefined, ''],
])('a change from %j to %j is told in a line', (before, after, text) => {
  expect(formatChange(before, after)).toBe(text);
});
