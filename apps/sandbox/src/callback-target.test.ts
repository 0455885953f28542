import { describe, expect, it } from 'vitest';
import { mayCallBack } from './callback-target.js';

describe('a callback', () => {
  it.each([
    'http://127.0.0.1:3000/twilio/receipts?run=1',
    'https://127.8.9.10/',
    'http://0x7f.1/',
    'http://localhost:3000/',
    'http://LocalHost/',
    'http://[::1]:3000/',
  ])('may go to %s', (url) => {
    expect(mayCallBack(url, {})).toBe(true);
  });

  it.each([
    'https://quailrunner.example.com/',
    'http://127.0.0.1.example.com/',
    'http://127.example.com/',
    'http://localhost.example.com/',
    'http://127.0.0.1@example.com/',
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://[::2]/',
  ])('may not go to %s', (url) => {
    expect(mayCallBack(url, {})).toBe(false);
  });

  it.each([
    ['https://quail.example.com/twilio/receipts?run=1', true],
    ['https://quail.example.com:443/', true],
    ['https://quail.example.com:8443/', false],
    ['http://quail.example.com/', false],
    ['https://www.quail.example.com/', false],
  ])('may go to the origin that the operator named: %s, %s', (url, may) => {
    expect(mayCallBack(url, { callbackOrigin: 'https://quail.example.com/quailrunner' })).toBe(may);
  });

  it.each([
    ['127.0.0.1', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.5', false],
  ])('may go to this machine from a sandbox that listens on %s: %s', (host, may) => {
    expect(mayCallBack('http://127.0.0.1:3000/twilio/receipts', { host })).toBe(may);
  });
});
