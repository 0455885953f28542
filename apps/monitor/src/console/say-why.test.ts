import { messageCodes } from '@quailrunner/twilio';
import { describe, expect, it } from 'vitest';
import { sayWhy } from './say-why.js';

const meaning = messageCodes.get(21211)?.meaning ?? '';

describe('why a run stands as it stands', () => {
  it.each([
    ['21211', meaning, [`21211: ${meaning}`]],
    ['21211', 'no such number', [`21211: ${meaning}`, 'no such number']],
    ['21211', undefined, [`21211: ${meaning}`]],
    ['TIMEOUT', 'no answer in time', ['TIMEOUT: no answer in time']],
    ['99999', undefined, ['99999']],
    [undefined, 'by hand', ['by hand']],
    [undefined, undefined, []],
  ])('is its code, what that means and what was said, each once: %s, %s', (code, reason, lines) => {
    expect(sayWhy(code, reason, messageCodes)).toEqual(lines);
  });
});
