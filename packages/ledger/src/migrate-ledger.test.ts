import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeLedger, openTestLedger, type TestLedger } from '../test/make-ledger.js';
import { type Ledger, migrateLedger, readTasks } from './index.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

const makeEmpty = async (): Promise<TestLedger> => {
  const test = await makeLedger({ migrated: false });
  opened.push(test);
  return test;
};

const open = (url: string | URL): Ledger => {
  const ledger = openTestLedger(String(url));
  opened.push(ledger);
  return ledger;
};

const allNames = readdirSync(new URL('../migrations', import.meta.url))
  .map((file) => file.replace('.sql', ''))
  .sort();

describe('migrations', () => {
  it('are applied once when five processes start at the same moment', async () => {
    const { url, ask } = await makeEmpty();
    const ledgers = Array.from({ length: 5 }, () => open(url));
    const applied = await Promise.all(ledgers.map(migrateLedger));
    expect(applied.flat().sort()).toEqual(allNames);
    expect(await ask('select name from quailrunner.migrations order by id')).toEqual(
      allNames.map((name) => ({ name })),
    );
  });

  it('print nothing', async () => {
    const { ledger } = await makeEmpty();
    const write = vi.spyOn(process.stdout, 'write');
    const writeError = vi.spyOn(process.stderr, 'write');
    await migrateLedger(ledger);
    await migrateLedger(ledger);
    expect([write.mock.calls, writeError.mock.calls]).toEqual([[], []]);
    vi.restoreAllMocks();
  });

  it('say what to grant to a user without rights, and need none where the owner was first', async () => {
    const { ledger, url, ask } = await makeEmpty();
    const user = `poor_${new URL(url).pathname.slice(1)}`;
    await ask(`create role ${user} login password 'x'`);
    const poorUrl = Object.assign(new URL(url), { username: user, password: 'x' });
    await expect(migrateLedger(open(poorUrl))).rejects.toMatchObject({
      code: 'LEDGER_NO_RIGHTS',
      mend: expect.stringContaining('grant create on database'),
    });
    await migrateLedger(ledger);
    await ask(`grant usage on schema quailrunner to ${user}`);
    await ask(`grant select on all tables in schema quailrunner to ${user}`);
    expect(await migrateLedger(open(poorUrl))).toEqual([]);
    await ask(`drop owned by ${user}; drop role ${user}`);
  });
});

describe('a ledger that is not there', () => {
  it('says that the schema is missing', async () => {
    const { ledger } = await makeEmpty();
    await expect(readTasks(ledger)).rejects.toMatchObject({ code: 'LEDGER_NOT_MIGRATED' });
  });

  it.each([
    ['a dead server', { port: '1' }, 'LEDGER_UNREACHABLE', true],
    ['a missing database', { pathname: '/not_there' }, 'LEDGER_NO_DATABASE', false],
  ])('names %s', async (_, change, code, retryable) => {
    const { url } = await makeEmpty();
    const wrong = open(Object.assign(new URL(url), change));
    for (const call of [migrateLedger, readTasks]) {
      await expect(call(wrong)).rejects.toMatchObject({
        code,
        retryable,
        mend: expect.stringContaining('DATABASE_URL'),
      });
    }
  });
});
