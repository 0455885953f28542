import { describe, expect, it } from 'vitest';
import { makeKey } from '../test/make-ledger.js';
import { seal, unseal } from './seal.js';

describe('a sealed value', () => {
  it('opens with its key in its place', () => {
    expect(unseal(makeKey(), 'place', seal(makeKey(), 'place', 'süß 🔑'))).toBe('süß 🔑');
  });

  it('looks different each time, and shows nothing of what it holds', () => {
    const [one, two] = [seal(makeKey(), 'place', 'secret'), seal(makeKey(), 'place', 'secret')];
    expect(one.equals(two)).toBe(false);
    expect(one.includes('secret')).toBe(false);
  });

  it.each([
    ['with another key', makeKey(8), 'place'],
    ['in another place', makeKey(), 'elsewhere'],
  ])('does not open %s, and says how to mend it', (_, key, place) => {
    const sealed = seal(makeKey(), 'place', 'secret');
    expect(() => unseal(key, place, sealed)).toThrow(
      expect.objectContaining({ code: 'LEDGER_WRONG_KEY', mend: expect.stringContaining('QUAIL_ENCRYPTION_KEY') }),
    );
  });

  it('does not open once a single bit of it was changed', () => {
    const sealed = seal(makeKey(), 'place', 'secret');
    for (let index = 1; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => unseal(makeKey(), 'place', changed)).toThrow(expect.objectContaining({ code: 'LEDGER_WRONG_KEY' }));
    }
  });

  it('is refused when a newer version sealed it', () => {
    const sealed = seal(makeKey(), 'place', 'secret');
    sealed.writeUInt8(2, 0);
    expect(() => unseal(makeKey(), 'place', sealed)).toThrow(expect.objectContaining({ code: 'LEDGER_SEAL_UNKNOWN' }));
  });
});
