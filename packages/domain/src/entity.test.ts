import { describe, expect, it } from 'vitest';
import { formatColumnValue, maskEntityPk, toRowKey, toStoredKey } from './entity.js';

describe('the key of an entity', () => {
  it.each([
    '42',
    '100000001',
    '4f0c2d4e-8a51-4b52-9f0e-1d2c3b4a5968',
    'ada',
    'order/2026/17',
    'welcome-sms-3',
    'd41d8cd98f00b204e9800998ecf8427e',
  ])('that is an id is shown: %s', (pk) => {
    expect(maskEntityPk(pk)).toBe(pk);
  });

  it.each([
    ['+4915112345678', '•••78'],
    ['4915112345678', '•••78'],
    ['(555) 010-0006', '•••06'],
    ['whatsapp:+15005550006', 'whatsapp:•••06'],
    ['ada@example.com', '•••@example.com'],
    ['+4915112345678~test-3', '•••78~test-3'],
    ['17:+15005550010', '17:•••10'],
    ['user-15005550010', 'user-•••10'],
    ['acme/+1 500 555 0010~test-1', 'acme/•••10~test-1'],
    ['tel15005550010x', 'tel•••10x'],
  ])('that may be an address is masked: %s → %s', (pk, shown) => {
    expect(maskEntityPk(pk)).toBe(shown);
  });
});

describe('the value of a column', () => {
  it('is shown as the row has it', () => {
    expect(formatColumnValue('as {"$numberDecimal":"1"} is')).toBe('as {"$numberDecimal":"1"} is');
    expect(formatColumnValue({ $numberDecimal: '1.50' })).toBe('1.50');
    const nested = {
      price: { $numberDecimal: '1.50' },
      [toStoredKey('$numberDecimal')]: '{"$numberDecimal":"1"}',
      n: null,
    };
    expect(formatColumnValue(nested)).toBe('{"price":1.50,"$numberDecimal":"{\\"$numberDecimal\\":\\"1\\"}","n":null}');
  });

  it('keeps every key apart from a decimal', () => {
    for (const key of ['$numberDecimal', '$$numberDecimal', 'numberDecimal', '$numberDecimals', '']) {
      expect(toStoredKey(key)).not.toBe('$numberDecimal');
      expect(toRowKey(toStoredKey(key))).toBe(key);
    }
  });
});
