import { describe, expect, it } from 'vitest';
import { maskLaneKey } from './lane.js';

describe('maskLaneKey', () => {
  it.each([
    ['twilio/AC1234567890abcdef1234567890abcdef/+15005550006', 'twilio/AC1234…cdef/•••06'],
    ['twilio/AC00000000000000000000000000000007/MG11112222333344445555666677778888', 'twilio/AC0000…0007/MG1111…8888'],
    ['twilio/AC1234567890abcdef1234567890abcdef/12345', 'twilio/AC1234…cdef/12345'],
    ['host/api.example.com', 'host/api.example.com'],
  ])('shows %s as %s', (key, masked) => {
    expect(maskLaneKey(key)).toBe(masked);
  });
});
