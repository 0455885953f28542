import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeLedger, openTestLedger, type TestLedger } from '../test/make-ledger.js';
import { createToken, findToken, readAudit, readTokens, revokeToken } from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const make = async (name = 'robot', expiresInMs?: number): Promise<string> => {
  const token = await createToken(test.ledger, { name, role: 'operator', expiresInMs }, ann);
  if (token === undefined) throw new Error('the name is free');
  return token;
};

describe('a token', () => {
  it('is known by its name and role, and by nothing that was stored', async () => {
    const token = await make();
    expect(token).toMatch(/^quail_[\w-]{43}$/);
    expect(await findToken(test.ledger, token)).toEqual({ tokenId: 1, name: 'robot', role: 'operator' });
    expect(await findToken(test.ledger, `${token}x`)).toBeUndefined();
    expect(await findToken(test.ledger, 'something else')).toBeUndefined();
    const stored = JSON.stringify([
      await test.ask(`select t::text, encode(hash, 'escape') as escaped, encode(hash, 'base64') as base64
        from quailrunner.tokens t`),
      await test.ask('select a::text from quailrunner.audit a'),
    ]);
    expect(stored).toContain('robot');
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(token.slice('quail_'.length));
  });

  it('ends when it is revoked, and its name is free again', async () => {
    const token = await make();
    expect(await createToken(test.ledger, { name: 'robot', role: 'viewer' }, ann)).toBeUndefined();
    expect(await revokeToken(test.ledger, 'robot', ann)).toBe(true);
    expect(await revokeToken(test.ledger, 'robot', ann)).toBe(false);
    expect(await findToken(test.ledger, token)).toBeUndefined();
    expect(await readTokens(test.ledger)).toEqual([]);
    const another = await make();
    expect(await findToken(test.ledger, another)).toMatchObject({ tokenId: expect.any(Number) });
    expect(await findToken(test.ledger, token)).toBeUndefined();
  });

  it('ends when it expires, and is listed as such until it is revoked', async () => {
    const token = await make('robot', 60_000);
    expect(await findToken(test.ledger, token)).toBeDefined();
    await test.ask(`update quailrunner.tokens set expires_at = now()`);
    expect(await findToken(test.ledger, token)).toBeUndefined();
    expect(await readTokens(test.ledger)).toMatchObject([{ name: 'robot', isExpired: true, createdBy: 'ann' }]);
  });

  it('tells when it was used last, with one write a minute', async () => {
    const token = await make();
    const usedAt = async () => (await readTokens(test.ledger))[0]?.lastUsedAt;
    expect(await usedAt()).toBeUndefined();
    await findToken(test.ledger, token);
    const first = await usedAt();
    expect(first).toBeInstanceOf(Date);
    await Promise.all(Array.from({ length: 8 }, () => findToken(test.ledger, token)));
    expect(await usedAt()).toEqual(first);
    await test.ask(`update quailrunner.tokens set last_used_at = now() - interval '61 seconds'`);
    await findToken(test.ledger, token);
    expect((await usedAt())?.getTime()).toBeGreaterThanOrEqual(first?.getTime() ?? 0);
  });

  it('is made once of two that are to have the same name at the same moment', async () => {
    const other = openTestLedger(test.url);
    const made = await Promise.all(
      [test.ledger, other].map((ledger) => createToken(ledger, { name: 'robot', role: 'viewer' }, ann)),
    );
    await other.close();
    expect(made.filter((token) => token !== undefined)).toHaveLength(1);
    expect(await readAudit(test.ledger, { limit: 10 })).toHaveLength(1);
  });
});
