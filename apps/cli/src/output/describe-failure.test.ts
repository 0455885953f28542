import { readFile } from 'node:fs/promises';
import { ProblemsError, QuailError } from '@quailrunner/domain';
import { describe, expect, it } from 'vitest';
import { describeFailure } from './describe-failure.js';

const describeShort = (error: unknown) => describeFailure(error, { withStack: false });

describe('describeFailure', () => {
  it('shows every problem with its place and its mend', () => {
    const error = new ProblemsError([
      { code: 'A', message: 'unknown setting "retry"', where: 'a.sql', line: 9, column: 1, mend: 'write "retries"' },
      { code: 'B', message: 'REDIS_URL is missing' },
    ]);
    expect(describeShort(error)).toBe('a.sql:9:1: unknown setting "retry"\n  → write "retries"\nREDIS_URL is missing');
  });

  it('shows the mend that a fault brings along', () => {
    const fault = Object.assign(new QuailError('LEDGER_UNREACHABLE', 'connection refused'), { mend: 'start it' });
    expect(describeShort(fault)).toBe('connection refused\n  → start it');
  });

  it('lets the operating system speak for itself', async () => {
    const error = await readFile('/no/such/file').catch((fault: unknown) => fault);
    expect(describeShort(error)).toBe("ENOENT: no such file or directory, open '/no/such/file'");
  });

  it('calls a bug a bug, without its stack', () => {
    const text = describeShort(new TypeError('x is not a function'));
    expect(text).toMatch(/^TypeError: x is not a function\n {2}→ .*LOG_LEVEL=debug/);
    expect(text).not.toMatch(/\n\s+at /);
  });

  it('shows the stack, and that of the cause, to whoever asks', () => {
    const error = new QuailError('X', 'outer', { cause: new Error('inner') });
    expect(describeFailure(error, { withStack: true })).toMatch(
      /^outer\n\n[\s\S]*\n\s+at [\s\S]*caused by: Error: inner/,
    );
  });
});
