import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { waitUntil } from '../../../test/support/index.js';
import { makeLedger, makeScan, openTestLedger, type TestLedger } from '../test/make-ledger.js';
import { claimEntities, type Ledger, migrateLedger, readTasks } from './index.js';

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

describe('the indexes of a large table', () => {
  const building = `
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'quailrunner migrate' and wait_event_type = 'Lock'
      and query like '%create index concurrently%'`;

  const makeOlder = async (): Promise<TestLedger> => {
    const test = await makeEmpty();
    await migrateLedger(test.ledger);
    await test.ask(`delete from quailrunner.migrations where name = '0006_reading'`);
    return test;
  };

  it('are built while others write', async () => {
    const test = await makeOlder();
    const scan = await makeScan(test.ledger);
    const claim = (pk: string) => claimEntities(test.ledger, scan, [{ pk, columns: {}, laneId: 1 }]);
    await claim('one');
    // Who reads for long: an index is built concurrently only if it waits for them.
    const end = await test.hold('set transaction isolation level repeatable read; select from quailrunner.tasks');
    const migrated = migrateLedger(test.ledger);
    await waitUntil(async () => (await test.ask(building))[0], { what: 'an index to be built' });
    expect(await claim('two')).toMatchObject({ claimed: 1 });
    await end('commit');
    expect(await migrated).toEqual(['0006_reading']);
  });

  it('are built anew where that was broken off', async () => {
    const test = await makeOlder();
    await test.ask(`update pg_index set indisvalid = false where indexrelid = 'quailrunner.runs_by_task'::regclass`);
    await test.ask('drop index quailrunner.runs_by_lane');
    expect(await migrateLedger(test.ledger)).toEqual(['0006_reading']);
    const indexes = await test.ask<{ name: string; valid: boolean }>(
      `select indexrelid::regclass::text as name, indisvalid as valid from pg_index
       where indrelid in ('quailrunner.runs'::regclass, 'quailrunner.attempts'::regclass)`,
    );
    expect(indexes.filter(({ valid }) => !valid)).toEqual([]);
    const names = indexes.map(({ name }) => name);
    const wanted = ['runs_by_task', 'runs_by_lane', 'runs_by_code', 'runs_again', 'attempts_by_end'];
    expect(names).toEqual(expect.arrayContaining(wanted.map((name) => `quailrunner.${name}`)));
    expect(names).not.toContain('quailrunner.runs_failed');
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
