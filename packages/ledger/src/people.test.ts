import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ann, makeLedger, openTestLedger, type TestLedger } from '../test/make-ledger.js';
import {
  countUsers,
  createUser,
  deleteSession,
  disableUser,
  enableUser,
  endOtherSessions,
  type Ledger,
  type Role,
  readSession,
  readUser,
  readUsers,
  renewSession,
  saveSession,
  setPasswordHash,
  setUserRole,
} from './index.js';

let test: TestLedger;
beforeEach(async () => {
  test = await makeLedger();
});
afterEach(() => test.close());

const inAnHour = () => new Date(Date.now() + 3_600_000);

/** Their id. */
const make = async (name: string, role: Role = 'operator'): Promise<number> => {
  await createUser(test.ledger, { name, role, passwordHash: 'scrypt$…' }, ann);
  return (await readUser(test.ledger, name))?.userId ?? 0;
};

const openSession = (sessionId: string, userId: number, expiresAt = inAnHour()) =>
  saveSession(test.ledger, sessionId, { data: { user: { userId } }, expiresAt });

const isOpen = async (sessionId: string) => (await readSession(test.ledger, sessionId)) !== undefined;

describe('users', () => {
  it('are made once, also by two monitors that start at the same moment', async () => {
    const admin = { name: 'admin', role: 'admin', passwordHash: 'scrypt$…' } as const;
    const made = await Promise.all([createUser(test.ledger, admin, ann), createUser(test.ledger, admin, ann)]);
    expect(made.toSorted()).toEqual([false, true]);
    expect(await countUsers(test.ledger)).toBe(1);
    expect(await readUser(test.ledger, 'admin')).toEqual({ userId: expect.any(Number), ...admin });
    expect(await readUser(test.ledger, 'nobody')).toBeUndefined();
  });

  it('are listed by name, with what may be known of them', async () => {
    const userId = await make('zoe');
    await make('bob', 'admin');
    await openSession('one', userId);
    await openSession('old', userId, new Date(Date.now() - 1));
    expect(await readUsers(test.ledger)).toEqual([
      expect.objectContaining({ name: 'bob', role: 'admin', sessions: 0 }),
      {
        userId,
        name: 'zoe',
        role: 'operator',
        createdAt: expect.any(Date),
        passwordChangedAt: expect.any(Date),
        sessions: 1,
      },
    ]);
  });

  it('are changed, found unchanged, or not there', async () => {
    await make('bob', 'admin');
    await make('zoe');
    expect(await setUserRole(test.ledger, 'zoe', 'viewer', ann)).toBe('changed');
    expect(await setUserRole(test.ledger, 'zoe', 'viewer', ann)).toBe('unchanged');
    expect(await enableUser(test.ledger, 'zoe', ann)).toBe('unchanged');
    expect(await disableUser(test.ledger, 'zoe', ann)).toBe('changed');
    expect(await disableUser(test.ledger, 'zoe', ann)).toBe('unchanged');
    expect(await readUser(test.ledger, 'zoe')).toBeUndefined();
    expect((await readUsers(test.ledger))[1]?.disabledAt).toBeInstanceOf(Date);
    expect(await enableUser(test.ledger, 'zoe', ann)).toBe('changed');
    expect(await setPasswordHash(test.ledger, 'zoe', { passwordHash: 'new', by: ann })).toBe('changed');
    expect(await readUser(test.ledger, 'zoe')).toMatchObject({ role: 'viewer', passwordHash: 'new' });
    for (const change of [
      setUserRole(test.ledger, 'nobody', 'viewer', ann),
      disableUser(test.ledger, 'nobody', ann),
      enableUser(test.ledger, 'nobody', ann),
      setPasswordHash(test.ledger, 'nobody', { passwordHash: 'new', by: ann }),
    ]) {
      expect(await change).toBe('no-such-user');
    }
  });
});

describe('the last enabled admin', () => {
  it('stays an admin, and enabled', async () => {
    await make('bob', 'admin');
    await make('zoe', 'admin');
    await make('max');
    expect(await disableUser(test.ledger, 'zoe', ann)).toBe('changed');
    expect(await setUserRole(test.ledger, 'bob', 'operator', ann)).toBe('last-admin');
    expect(await disableUser(test.ledger, 'bob', ann)).toBe('last-admin');
    expect(await setUserRole(test.ledger, 'bob', 'admin', ann)).toBe('unchanged');
    // Who is no admin, or a disabled one, may always lose it.
    expect(await disableUser(test.ledger, 'max', ann)).toBe('changed');
    expect(await setUserRole(test.ledger, 'zoe', 'viewer', ann)).toBe('changed');
  });

  it('is left, whichever of many take each other’s role away at the same moment', async () => {
    const names = Array.from({ length: 8 }, (_, n) => `admin-${n}`);
    for (const name of names) await make(name, 'admin');
    const others = [openTestLedger(test.url), openTestLedger(test.url)];
    const ledgerAt = (n: number): Ledger => others[n % 2] as Ledger;
    const changes = await Promise.all(
      names.map((name, n) =>
        n % 3 === 0 ? disableUser(ledgerAt(n), name, ann) : setUserRole(ledgerAt(n), name, 'viewer', ann),
      ),
    );
    await Promise.all(others.map((ledger) => ledger.close()));
    expect(changes.toSorted()).toEqual([...Array(7).fill('changed'), 'last-admin']);
    const admins = (await readUsers(test.ledger)).filter(({ role, disabledAt }) => role === 'admin' && !disabledAt);
    expect(admins).toHaveLength(1);
  });

  it('is whoever a change under way leaves', async () => {
    await make('bob', 'admin');
    await make('zoe', 'admin');
    const end = await test.hold(`update quailrunner.users set role = 'viewer' where name = 'bob'`);
    const disabling = disableUser(test.ledger, 'zoe', ann);
    await test.waitUntilBlocked();
    await end('commit');
    expect(await disabling).toBe('last-admin');
  });
});

describe('sessions', () => {
  it('are what was saved last, until they are deleted', async () => {
    const userId = await make('zoe');
    const expiresAt = inAnHour();
    await saveSession(test.ledger, 'id-in-cookie', { data: { user: { userId } }, expiresAt });
    const data = { user: { userId }, csrf: 'secret' };
    await saveSession(test.ledger, 'id-in-cookie', { data, expiresAt });
    expect(await readSession(test.ledger, 'id-in-cookie')).toEqual({
      user: { userId, name: 'zoe', role: 'operator' },
      csrf: 'secret',
    });
    await deleteSession(test.ledger, 'id-in-cookie');
    expect(await isOpen('id-in-cookie')).toBe(false);
  });

  it('end when they expire, and go with the next save', async () => {
    const userId = await make('zoe');
    await openSession('old', userId, new Date(Date.now() - 1));
    expect(await isOpen('old')).toBe(false);
    await openSession('new', userId);
    expect(await test.ask('select count(*)::int as sessions from quailrunner.sessions')).toEqual([{ sessions: 1 }]);
  });

  it('can not be taken over by who reads the table', async () => {
    await openSession('id-in-cookie', await make('zoe'));
    const rows = await test.ask(`select encode(id, 'escape') as id from quailrunner.sessions`);
    expect(JSON.stringify(rows)).not.toContain('id-in-cookie');
  });

  it('know the role that their user has now', async () => {
    await openSession('one', await make('zoe'));
    await setUserRole(test.ledger, 'zoe', 'viewer', ann);
    expect(await readSession(test.ledger, 'one')).toMatchObject({ user: { role: 'viewer' } });
  });

  it('end with the right to sign in, and don’t come back with it', async () => {
    await make('bob', 'admin');
    const userId = await make('zoe');
    await openSession('one', userId);
    await disableUser(test.ledger, 'zoe', ann);
    expect(await isOpen('one')).toBe(false);
    // Somebody whose password was being checked at that moment.
    await openSession('two', userId);
    expect(await isOpen('two')).toBe(false);
    // A request that was under way.
    await renewSession(test.ledger, 'one', { data: { user: { userId } }, expiresAt: inAnHour() });
    await enableUser(test.ledger, 'zoe', ann);
    expect(await isOpen('one')).toBe(false);
  });

  it('end with the password, but the one in which its owner changes it', async () => {
    const userId = await make('zoe');
    for (const sessionId of ['one', 'two']) await openSession(sessionId, userId);
    await openSession('of another', await make('max'));
    await setPasswordHash(test.ledger, 'zoe', { passwordHash: 'new', by: ann, exceptSessionId: 'two' });
    expect(await Promise.all(['one', 'two', 'of another'].map(isOpen))).toEqual([false, true, true]);
    await setPasswordHash(test.ledger, 'zoe', { passwordHash: 'newer', by: ann });
    expect(await Promise.all(['two', 'of another'].map(isOpen))).toEqual([false, true]);
  });

  it('can all be ended but the one at hand', async () => {
    const userId = await make('zoe');
    for (const sessionId of ['one', 'two', 'here']) await openSession(sessionId, userId);
    await openSession('of another', await make('max'));
    const others = { userId, name: 'zoe', exceptSessionId: 'here' };
    expect(await endOtherSessions(test.ledger, others, ann)).toBe(2);
    expect(await endOtherSessions(test.ledger, others, ann)).toBe(0);
    expect(await Promise.all(['one', 'two', 'here', 'of another'].map(isOpen))).toEqual([false, false, true, true]);
  });

  it('are prolonged while they are open', async () => {
    const userId = await make('zoe');
    await openSession('one', userId, new Date(Date.now() + 60_000));
    await renewSession(test.ledger, 'one', { data: { user: { userId } }, expiresAt: inAnHour() });
    const [row] = await test.ask<{ late: boolean }>(
      `select expires_at > now() + interval '50 minutes' as late from quailrunner.sessions`,
    );
    expect(row?.late).toBe(true);
  });
});
