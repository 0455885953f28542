import { describe, expect, it } from 'vitest';
import { readNext } from './pages.js';

describe('where to go after signing in', () => {
  it.each([
    ['/', '/'],
    ['/queues/queue/%7Blane-1%7D?status=failed', '/queues/queue/%7Blane-1%7D?status=failed'],
    ['/a/../queues', '/queues'],
  ])('%s stays here', (wanted, next) => {
    expect(readNext(wanted)).toBe(next);
  });

  it.each([
    '//elsewhere.test',
    '/\\elsewhere.test',
    '\\\\elsewhere.test',
    'https://elsewhere.test/',
    '/.//elsewhere.test',
  ])('%s leads nowhere else', (wanted) => {
    expect(readNext(wanted)).toBe('/');
  });

  it.each([undefined, '', 7, ['/x'], '/\t/elsewhere.test', 'javascript:alert(1)'])(
    '%s is the status page',
    (wanted) => {
      expect(readNext(wanted)).toBe('/');
    },
  );
});
