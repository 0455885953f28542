import { describe, expect, it } from 'vitest';
import { maskAddress, maskLaneKey } from './lane.js';

describe('maskLaneKey', () => {
  it.each([
    ['twilio/AC1234567890abcdef1234567890abcdef/+15005550006', 'twilio/AC1234…cdef/•••06'],
    ['twilio/AC00000000000000000000000000000007/MG11112222333344445555666677778888', 'twilio/AC0000…0007/MG1111…8888'],
    ['twilio/AC1234567890abcdef1234567890abcdef/+1 (555) 000-0006', 'twilio/AC1234…cdef/•••06'],
    ['twilio/AC1234567890abcdef1234567890abcdef/(0555) 00.00/0 6', 'twilio/AC1234…cdef/•••06'],
    [
      'twilio/AC1234567890abcdef1234567890abcdef/whatsapp:+1\u00a0555\u2011000\u20110006',
      'twilio/AC1234…cdef/whatsapp:•••06',
    ],
    ['twilio/AC1234567890abcdef1234567890abcdef/Shop 24', 'twilio/AC1234…cdef/Shop 24'],
    ['twilio/AC1234567890abcdef1234567890abcdef/12345', 'twilio/AC1234…cdef/12345'],
    ['host/api.example.com', 'host/api.example.com'],
    ['host/192.168.100.200:8080', 'host/192.168.100.200:8080'],
  ])('shows %s as %s', (key, masked) => {
    expect(maskLaneKey(key)).toBe(masked);
  });
});

describe('a recipient', () => {
  it.each([
    ['+15005550010', '•••10'],
    ['whatsapp:+15005550010', 'whatsapp:•••10'],
    ['messenger:ada.example', 'messenger:•••'],
    ['ada', '•••'],
  ])('is shown as no more than %s → %s', (address, shown) => {
    expect(maskAddress(address)).toBe(shown);
  });
});
