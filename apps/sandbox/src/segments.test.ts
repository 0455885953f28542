import { describe, expect, it } from 'vitest';
import { countSegments } from './segments.js';

describe('segments', () => {
  it.each([
    ['', 1],
    ['x'.repeat(160), 1],
    ['x'.repeat(161), 2],
    ['x'.repeat(306), 2],
    ['x'.repeat(307), 3],
    ['é'.repeat(160), 1],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['ё'.repeat(70), 1],
    ['ё'.repeat(71), 2],
    ['😀'.repeat(35), 1],
    ['😀'.repeat(36), 2],
    [`${'x'.repeat(70)}’`, 2],
  ])('%#', (body, count) => {
    expect(countSegments(body)).toBe(count);
  });
});
