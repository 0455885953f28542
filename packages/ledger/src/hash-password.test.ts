import { describe, expect, it } from 'vitest';
import { checkPassword, hashPassword } from './hash-password.js';

describe('a password', () => {
  it('is known by its hash, and no other password is', async () => {
    const hash = await hashPassword('correct horse');
    expect(await checkPassword('correct horse', hash)).toBe(true);
    expect(await checkPassword('correct horsf', hash)).toBe(false);
    expect(await checkPassword('', hash)).toBe(false);
  });

  it('has a hash that names its cost and never comes twice', async () => {
    const [one, other] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it('is the same in both Unicode forms of an accent', async () => {
    expect(await checkPassword('caf\u0065\u0301', await hashPassword('caf\u00e9'))).toBe(true);
  });

  it('stays known when newer hashes cost more or less', async () => {
    // RFC 7914, section 12: the first 32 bytes of the third test vector.
    const key = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex');
    const salt = Buffer.from('SodiumChloride');
    const hash = `$scrypt$ln=14,r=8,p=1$${salt.toString('base64').replaceAll('=', '')}$${key.toString('base64').replaceAll('=', '')}`;
    expect(await checkPassword('pleaseletmein', hash)).toBe(true);
  });

  it.each(['', 'plain', '$argon2id$v=19$m=65536$c2FsdA$aGFzaA'])(
    'is refused by a hash of another kind: %s',
    async (hash) => {
      expect(await checkPassword('plain', hash)).toBe(false);
    },
  );
});
