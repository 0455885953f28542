import { describe, expect, it } from 'vitest';
import { openThrottle } from './throttle.js';

const makeClock = () => {
  const clock = {
    now: 1_000_000,
    pass: (ms: number) => {
      clock.now += ms;
    },
  };
  return clock;
};

describe('the throttle', () => {
  it('lets a few tries through, then asks for waits that double', () => {
    const clock = makeClock();
    const throttle = openThrottle(() => clock.now);
    const free = Array.from({ length: 5 }, () => throttle.take('192.0.2.1', 'admin'));
    expect(free).toEqual([0, 0, 0, 0, 0]);
    const waits = Array.from({ length: 4 }, () => {
      const waitMs = throttle.take('192.0.2.1', 'admin');
      clock.pass(waitMs);
      throttle.take('192.0.2.1', 'admin');
      return waitMs;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('never asks for more than a quarter of an hour, and forgets after another', () => {
    const clock = makeClock();
    const throttle = openThrottle(() => clock.now);
    for (let tries = 0; tries < 100; tries += 1) clock.pass(throttle.take('192.0.2.1', 'admin'));
    expect(throttle.take('192.0.2.1', 'admin')).toBeLessThanOrEqual(15 * 60_000);
    clock.pass(31 * 60_000);
    expect(Array.from({ length: 5 }, () => throttle.take('192.0.2.1', 'admin'))).toEqual([0, 0, 0, 0, 0]);
  });

  it('keeps nobody out for what somebody elsewhere did', () => {
    const throttle = openThrottle(() => 0);
    for (let tries = 0; tries < 50; tries += 1) throttle.take('192.0.2.1', 'admin');
    expect(throttle.take('192.0.2.2', 'admin')).toBe(0);
  });

  it('counts an address that tries one name after the other', () => {
    const throttle = openThrottle(() => 0);
    const waits = Array.from({ length: 40 }, (_, n) => throttle.take('192.0.2.1', `name-${n}`));
    expect(waits.filter((wait) => wait === 0).length).toBe(30);
  });

  it('counts the addresses of one IPv6 network as one', () => {
    const throttle = openThrottle(() => 0);
    const waits = Array.from({ length: 8 }, (_, n) => throttle.take(`2001:db8:1:2::${n}`, 'admin'));
    expect(waits.filter((wait) => wait === 0).length).toBe(5);
    expect(throttle.take('2001:db8:1:3::1', 'admin')).toBe(0);
  });

  it('starts afresh after a right password', () => {
    const throttle = openThrottle(() => 0);
    for (let tries = 0; tries < 5; tries += 1) throttle.take('192.0.2.1', 'admin');
    throttle.forget('192.0.2.1', 'admin');
    expect(throttle.take('192.0.2.1', 'admin')).toBe(0);
  });
});
