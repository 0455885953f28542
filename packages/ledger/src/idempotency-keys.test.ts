import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeLedger, type TestLedger } from '../test/make-ledger.js';
import {
  type ClaimedKey,
  claimKey,
  createToken,
  keepAnswer,
  type Once,
  readTokens,
  releaseKey,
  withOnce,
} from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const claim = ({ leaseMs = 60_000, asked = 'this' } = {}): Promise<ClaimedKey> =>
  claimKey(test.ledger, {
    principal: 'token:ci',
    key: 'k',
    askedHash: createHash('sha256').update(asked).digest(),
    leaseMs,
  });

const claimed = async (leaseMs?: number): Promise<Once> => {
  const found = await claim({ ...(leaseMs !== undefined && { leaseMs }) });
  if (found.kind !== 'claimed') throw new Error(found.kind);
  return found.once;
};

const make = (once: Once, name = 'robot') => createToken(withOnce(test.ledger, once), { name, role: 'viewer' }, ann);

const ageBy = (time: string) =>
  test.ask(`update quailrunner.idempotency_keys
    set created_at = created_at - interval '${time}', lease_until = lease_until - interval '${time}'`);

describe('a key', () => {
  it('is claimed by one of many at once, and tells the others that it is in progress', async () => {
    const kinds = (await Promise.all(Array.from({ length: 8 }, () => claim()))).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['claimed', ...Array(7).fill('in-progress')]);
    expect(await claim({ asked: 'that' })).toEqual({ kind: 'asked-otherwise' });
  });

  it('has its answer for a day, sealed', async () => {
    const once = await claimed();
    await keepAnswer(test.ledger, once, { status: 201, body: '{"token":"quail_once"}' });
    expect(await claim()).toEqual({ kind: 'answered', status: 201, body: '{"token":"quail_once"}' });
    const [row] = await test.ask(
      `select k::text, encode(answer_sealed, 'escape') as text from quailrunner.idempotency_keys k`,
    );
    expect(JSON.stringify(row)).not.toContain('quail_once');
    await ageBy('25 hours');
    expect((await claim({ asked: 'that' })).kind).toBe('claimed');
  });

  it('is free again when nothing was done', async () => {
    await releaseKey(test.ledger, await claimed());
    const once = await claimed();
    await make(once);
    // It was done: there is nothing to release.
    await releaseKey(test.ledger, once);
    expect(await claim()).toEqual({ kind: 'in-progress' });
  });

  it('of whoever is gone is taken over where nothing was done, and never where it was', async () => {
    await claimed(0);
    const second = await claimed(0);
    expect(second.claim).toBe(2);
    await make(second);
    expect(await claim()).toEqual({ kind: 'answer-lost' });
  });
});

describe('an act under a key', () => {
  it('is not done twice, whoever tries', async () => {
    const once = await claimed();
    expect(await make(once)).toMatch(/^quail_/);
    await expect(make(once, 'another')).rejects.toMatchObject({ code: 'LEDGER_DONE_ONCE' });
    expect((await readTokens(test.ledger)).map(({ name }) => name)).toEqual(['robot']);
  });

  it('by one whose key was taken over leaves nothing behind', async () => {
    const late = await claimed(0);
    const now = await claimed();
    await expect(make(late, 'late')).rejects.toMatchObject({ code: 'LEDGER_DONE_ONCE' });
    await make(now, 'now');
    await keepAnswer(test.ledger, late, { status: 200, body: '{}' });
    expect(await claim()).toEqual({ kind: 'in-progress' });
    expect((await readTokens(test.ledger)).map(({ name }) => name)).toEqual(['now']);
  });

  it('without a key is done as often as it is asked for', async () => {
    for (const name of ['one', 'two']) await createToken(test.ledger, { name, role: 'viewer' }, ann);
    expect(await readTokens(test.ledger)).toHaveLength(2);
  });
});
