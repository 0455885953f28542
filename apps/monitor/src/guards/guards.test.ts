import { describe, expect, it } from 'vitest';
import { isOurHost } from './host.js';
import { isOwnOrigin } from './origin.js';

describe('the Host header', () => {
  it.each([
    'localhost:3000',
    '127.0.0.1',
    '192.168.1.5:3000',
    '[::1]:3000',
    'monitor:3000',
    'quail.localhost',
    'quail.local',
    'quail.internal',
    'nas.home.arpa',
    'quail.example.com',
    'QUAIL.example.com:443',
  ])('%s is ours', (host) => {
    expect(isOurHost(host, ['quail.example.com'])).toBe(true);
  });

  it.each(['evil.test', 'quail.example.com.evil.test', 'evil.test:3000', 'localhost.evil.test', '', 'a b', undefined])(
    '%s is not',
    (host) => {
      expect(isOurHost(host, ['quail.example.com'])).toBe(false);
    },
  );
});

describe('a write', () => {
  const host = 'localhost:3000';

  it.each([
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { origin: 'http://localhost:3000' },
    { origin: 'https://quail.example.com' },
    {},
  ])('is taken from our own pages and from programs: %j', (headers) => {
    expect(isOwnOrigin({ headers: { host, ...headers } }, 'quail.example.com')).toBe(true);
  });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
    { origin: 'http://localhost:4000' },
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: 'file://' },
  ])('is refused from anywhere else: %j', (headers) => {
    expect(isOwnOrigin({ headers: { host, ...headers } }, 'quail.example.com')).toBe(false);
  });
});
