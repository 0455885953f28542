import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeLedger, type TestLedger } from '../test/make-ledger.js';
import { countUsers, createUser, deleteSession, readSession, readUser, saveSession } from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const inAnHour = () => new Date(Date.now() + 3_600_000);

describe('users', () => {
  it('are made once, also by two monitors that start at the same moment', async () => {
    const admin = { name: 'admin', role: 'admin', passwordHash: 'scrypt$…' } as const;
    const made = await Promise.all([createUser(test.ledger, admin), createUser(test.ledger, admin)]);
    expect(made.toSorted()).toEqual([false, true]);
    expect(await countUsers(test.ledger)).toBe(1);
    expect(await readUser(test.ledger, 'admin')).toEqual({ userId: expect.any(Number), ...admin });
    expect(await readUser(test.ledger, 'nobody')).toBeUndefined();
  });
});

describe('sessions', () => {
  it('are what was saved last, until they are deleted', async () => {
    await saveSession(test.ledger, 'id-in-cookie', { data: { user: 'ann' }, expiresAt: inAnHour() });
    await saveSession(test.ledger, 'id-in-cookie', { data: { user: 'bob' }, expiresAt: inAnHour() });
    expect(await readSession(test.ledger, 'id-in-cookie')).toEqual({ user: 'bob' });
    await deleteSession(test.ledger, 'id-in-cookie');
    expect(await readSession(test.ledger, 'id-in-cookie')).toBeUndefined();
  });

  it('end when they expire, and go with the next save', async () => {
    await saveSession(test.ledger, 'old', { data: {}, expiresAt: new Date(Date.now() - 1) });
    expect(await readSession(test.ledger, 'old')).toBeUndefined();
    await saveSession(test.ledger, 'new', { data: {}, expiresAt: inAnHour() });
    expect(await test.ask('select count(*)::int as sessions from quailrunner.sessions')).toEqual([{ sessions: 1 }]);
  });

  it('can not be taken over by who reads the table', async () => {
    await saveSession(test.ledger, 'id-in-cookie', { data: {}, expiresAt: inAnHour() });
    const rows = await test.ask(`select encode(id, 'escape') as id from quailrunner.sessions`);
    expect(JSON.stringify(rows)).not.toContain('id-in-cookie');
  });
});
