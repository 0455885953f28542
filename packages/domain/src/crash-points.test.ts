import { describe, expect, it } from 'vitest';
import { parseCrashPoint } from './crash-points.js';

describe('a crash point', () => {
  it.each([
    ['attempt.started', { point: 'attempt.started', time: 1 }],
    ['runs.fed:3', { point: 'runs.fed', time: 3 }],
  ])('%s is armed as %j', (text, armed) => expect(parseCrashPoint(text)).toEqual(armed));

  it.each(['', 'nowhere', 'runs.fed:', 'runs.fed:0', 'runs.fed:1:2', 'runs.fed:x'])('%j is none', (text) =>
    expect(parseCrashPoint(text)).toBeUndefined(),
  );
});
