import { describe, expect, it } from 'vitest';
import { parsePrices } from './prices.js';

const parse = (sms: string) => parsePrices(`currency: USD\nsms: ${sms}\n`, 'prices.yaml');

describe('a price table', () => {
  it('has prices by the beginning of a number or of a channel, and one for all others', () => {
    const { sms } = parse(
      '{ "+1": 0.0083, "+": 0.1, "whatsapp:": 0.005, "whatsapp:+49": 0.01, "messenger:12": 1, "": 0.2 }',
    );
    expect([...sms.keys()]).toEqual(['+1', '+', 'whatsapp:', 'whatsapp:+49', 'messenger:12', '']);
    expect(sms.get('+1')).toBe(0.0083);
  });

  it.each(['1', '"49"', '"+1 555"', '"whatsapp"'])('has none that no recipient begins with: %s', (key) => {
    const name = key.replaceAll('"', '');
    expect(() => parse(`{ ${key}: 0.0083 }`)).toThrow(
      `prices.yaml:2:8: "sms.${name}" must be the beginning of a number, such as "+1", or of a channel, such as "whatsapp:"`,
    );
  });
});
