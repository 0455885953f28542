import { expect, it } from 'vitest';
import { judge } from './judge.js';

const from = '+15005550006';

it('finds one lost and one sent twice, though the sum is right', () => {
  const expected = new Map([
    [`${from} to +15550000001`, 1],
    [`${from} to +15550000002`, 2],
  ]);
  const messages = ['+15550000001', '+15550000001', '+15550000002'].map((to) => ({ from, to }));
  expect(judge(expected, messages)).toEqual({
    lost: 1,
    twice: 1,
    examples: [`${from} to +15550000001: 2 instead of 1`, `${from} to +15550000002: 1 instead of 2`],
  });
});

it('counts what nobody should get', () => {
  expect(judge(new Map(), [{ from, to: '+15550000003' }])).toMatchObject({ lost: 0, twice: 1 });
});
