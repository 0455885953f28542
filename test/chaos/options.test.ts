import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.js';

describe('the options of npm run chaos', () => {
  it('have defaults for all, and the seed that was drawn', () => {
    expect(parseOptions([], 42)).toEqual({
      scenario: 'storm',
      entities: 5_000,
      minutes: 5,
      seed: 42,
      receipts: true,
      lookUp: true,
      naive: false,
      keepLogs: false,
    });
  });

  it.each([
    ['--entities', 'many'],
    ['--minutes', '0'],
    ['--seed', '-1'],
    ['--receipts', 'perhaps'],
    ['--scenario', 'flood'],
    ['--quickly'],
    ['storm'],
  ])('refuse %s %s', (...args) => {
    expect(() => parseOptions(args, 42)).toThrow(UsageError);
  });
});
