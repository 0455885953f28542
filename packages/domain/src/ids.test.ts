import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJobId, parseJobId } from './ids.js';

const anyDispatch = fc.record({
  runId: fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
  dispatch: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
});

describe("a job's id", () => {
  it('is read back as the run and dispatch it was written of, with every digit of a bigint', () => {
    fc.assert(
      fc.property(anyDispatch, (dispatch) => {
        expect(parseJobId(formatJobId(dispatch))).toEqual(dispatch);
      }),
    );
  });

  it('is one that BullMQ takes: not all digits, and without a colon', () => {
    fc.assert(
      fc.property(anyDispatch, (dispatch) => {
        expect(formatJobId(dispatch)).toMatch(/^r_\d+_\d+$/);
      }),
    );
  });

  it.each([
    '',
    '12',
    'r_12',
    'r_12_',
    'r__1',
    'x_12_1',
    'r_12_1 ',
    'r_-1_1',
    'r_1.5_1',
    'r_012_1',
    'r_12_01',
    'r_12_99999999999999999999',
    'repeat:x:1',
  ])('is not %j', (jobId) => expect(parseJobId(jobId)).toBeUndefined());

  it('is read only as what it was written of', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^r_[0-9]{1,20}_[0-9]{1,20}$/), (jobId) => {
        const dispatch = parseJobId(jobId);
        if (dispatch !== undefined) expect(formatJobId(dispatch)).toBe(jobId);
      }),
    );
  });
});
