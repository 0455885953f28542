import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { waitUntil } from '../../../test/support/index.js';
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

describe('the indexes of a large table', () => {
  const building = `
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'quailrunner migrate' and wait_event_type = 'Lock'
      and query like '%create index concurrently%'`;

  /** As it was before it had them. */
  const makeOlder = async (): Promise<TestLedger> => {
    const test = await makeEmpty();
    await test.ask(`
      create schema quailrunner;
      create table quailrunner.migrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)`);
    for (const name of allNames.filter((each) => each < '0006')) {
      await test.ask(readFileSync(new URL(`../migrations/${name}.sql`, import.meta.url), 'utf8'));
      await test.ask('insert into quailrunner.migrations (name, run_on) values ($1, now())', [name]);
    }
    return test;
  };
  const newer = allNames.filter((name) => name >= '0006');

  it('are built while others write', async () => {
    const test = await makeOlder();
    // Who reads for long: only an index that is built concurrently waits for them.
    const end = await test.hold('set transaction isolation level repeatable read; select from quailrunner.tasks');
    const migrated = migrateLedger(test.ledger);
    await waitUntil(async () => (await test.ask(building))[0], { what: 'an index to be built' });
    await test.ask(`
      insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id) values (1, 1, 'one', '{}', 1, 1)`);
    await end('commit');
    expect(await migrated).toEqual(newer);
    expect(await test.ask('select from quailrunner.runs')).toHaveLength(1);
  });

  it('are built anew where that was broken off', async () => {
    const test = await makeOlder();
    await test.ask(`alter table quailrunner.runs add constraint runs_canceled_check check (true)`);
    await test.ask('create index runs_by_task on quailrunner.runs (task_id)');
    await test.ask(`update pg_index set indisvalid = false where indexrelid = 'quailrunner.runs_by_task'::regclass`);
    expect(await migrateLedger(test.ledger)).toEqual(newer);
    const indexes = await test.ask<{ name: string; valid: boolean; definition: string }>(
      `select indexrelid::regclass::text as name, indisvalid as valid, pg_get_indexdef(indexrelid) as definition
       from pg_index
       where indrelid in ('quailrunner.runs'::regclass, 'quailrunner.attempts'::regclass)`,
    );
    expect(indexes.filter(({ valid }) => !valid)).toEqual([]);
    const names = indexes.map(({ name }) => name);
    const wanted = ['runs_by_task', 'runs_by_lane', 'runs_by_code', 'runs_again', 'attempts_by_end'];
    expect(names).toEqual(expect.arrayContaining(wanted.map((name) => `quailrunner.${name}`)));
    expect(names).not.toContain('quailrunner.runs_failed');
    expect(indexes.find(({ name }) => name === 'quailrunner.runs_by_task')?.definition).toContain('shelf');
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
