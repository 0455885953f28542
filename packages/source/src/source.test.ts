import { type Entity, QuailError } from '@quailrunner/domain';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../../test/support/index.js';
import {
  checkPredicate,
  explainPredicate,
  openSources,
  type PredicateFault,
  readEntities,
  rereadEntities,
  type Sources,
} from './index.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let admin: Client;
let sources: Sources;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`
    create table users (id int primary key, phone text, paid numeric(12,2), tags text[], seen timestamptz, profile jsonb);
    insert into users select n, '+1555010' || n, n + 0.50, array['a', null], '2026-01-02 03:04:05+00', '{"city": "Oslo"}'
    from generate_series(1000, 1999) n;
    create table people_twice as select id, phone from users union all select id, phone from users limit 1001;
    create function slow() returns text language sql as $$ select pg_sleep(30)::text $$;`);
  sources = openSources({ default: database.url, dead: 'postgres://u:p@127.0.0.1:1/x' }, { statementTimeoutMs: 500 });
});

afterAll(async () => {
  await sources.close();
  await admin.end();
  await database.close();
});

const faultOf = async (predicate: string, source = 'default'): Promise<PredicateFault> => {
  const outcome = await checkPredicate(sources, { source, predicate }).catch((error: unknown) => error);
  if (!(outcome instanceof QuailError)) throw new Error(`no fault for: ${predicate}`);
  return outcome as PredicateFault;
};

const readAll = async (predicate: string, batchSize = 300): Promise<Entity[]> => {
  const all: Entity[] = [];
  await readEntities(sources, { source: 'default', predicate, batchSize }, async (batch) => void all.push(...batch));
  return all;
};

describe('a predicate that can be read', () => {
  it('gives its columns with their types', async () => {
    const { columns } = await checkPredicate(sources, {
      source: 'default',
      predicate: 'select id as entity_pk, phone, paid from users; -- all',
    });
    expect(columns).toEqual([
      { name: 'entity_pk', type: 'integer' },
      { name: 'phone', type: 'text' },
      { name: 'paid', type: 'numeric' },
    ]);
  });

  it('gives every entity once, in batches, with its key as text', async () => {
    const all = await readAll('select id as entity_pk from users order by id');
    expect(all.map((entity) => entity.pk)).toEqual(Array.from({ length: 1000 }, (_, n) => String(n + 1000)));
  });

  it('keeps the digits of numerics, the elements of arrays and the parts of json', async () => {
    const [entity] = await readAll('select id as entity_pk, * from users where id = 1000');
    expect(entity?.columns).toEqual({
      entity_pk: 1000,
      id: 1000,
      phone: '+15550101000',
      paid: { $numberDecimal: '1000.50' },
      tags: ['a', null],
      seen: expect.stringMatching(/^2026-01-02T\d\d:04:05[+-]\d\d:\d\d$/),
      profile: { city: 'Oslo' },
    });
  });

  it.each(['json', 'jsonb'])(
    'keeps every digit of the numbers in %s, and takes nothing of a row for a number',
    async (type) => {
      const numbers = '[12345678901234567890, 1.50, 0.1, -7, 1.0]';
      const strings = String.raw`{"q\"12.50": "\\\" 1.50 \\", "$numberDecimal": "1;2", "\u0024$numberDecimal": "x", "a": "$numberDecimal"}`;
      const [entity] = await readAll(
        `select 1 as entity_pk, '${numbers}'::${type} as numbers, '${strings}'::${type} as strings, array['2.50']::${type}[] as list`,
      );
      const decimal = ($numberDecimal: string) => ({ $numberDecimal });
      expect(entity?.columns).toEqual({
        entity_pk: 1,
        numbers: [decimal('12345678901234567890'), decimal('1.50'), 0.1, -7, decimal('1.0')],
        strings: { 'q"12.50': '\\" 1.50 \\', $$numberDecimal: '1;2', $$$numberDecimal: 'x', a: '$numberDecimal' },
        list: [decimal('2.50')],
      });
    },
  );

  it('stops reading when the claim of a batch fails, and hands that fault on as it is', async () => {
    const fault = new Error('the ledger is away');
    const reading = readEntities(
      sources,
      { source: 'default', predicate: 'select id as entity_pk from users', batchSize: 10 },
      () => Promise.reject(fault),
    );
    await expect(reading).rejects.toBe(fault);
  });
});

describe('what PostgreSQL expects of a predicate', () => {
  it('is told of all rows of a large table that it reads whole, not of those of one worker', async () => {
    await admin.query(`
      create table visits as select n as id, n % 10 as place from generate_series(1, 200000) n;
      alter table visits set (parallel_workers = 4);
      analyze visits;
      do $$ begin
        execute format('alter database %I set parallel_setup_cost = 0', current_database());
        execute format('alter database %I set parallel_tuple_cost = 0', current_database());
      end $$`);
    const own = openSources({ default: database.url }, { statementTimeoutMs: 5_000 });
    try {
      const predicate = 'select id as entity_pk from visits where place = 3';
      const { wholeReads, rows } = await explainPredicate(own, { source: 'default', predicate });
      expect(wholeReads).toMatchObject([{ table: 'public.visits', rowsInTable: 200_000 }]);
      expect(wholeReads[0]?.rowsWanted).toBe(rows);
      expect(rows).toBeGreaterThan(15_000);
    } finally {
      await own.close();
    }
  });
});

describe('asking again for entities about to be sent', () => {
  it.each([
    ['id', ['1001', '1500', '7']],
    ['phone', ['+15550101001', '+15550101500', 'gone']],
    ['id::text::char(8)', ['1001    ', '1500    ']],
    ["('{' || id || '}')::int[]", ['{1001}', '{1500}']],
    ["timestamp '2026-01-01' + id * interval '1 day'", ['2028-09-28 00:00:00', '2030-02-09 00:00:00']],
  ])('by %s finds those that the predicate still returns', async (key, keys) => {
    const predicate = `select ${key} as entity_pk, phone from users where id <> 1500; -- the rest`;
    const again = await rereadEntities(sources, { source: 'default', predicate, keys });
    expect(again).toEqual([{ pk: keys[0], columns: { entity_pk: expect.anything(), phone: '+15550101001' } }]);
  });
});

describe('a predicate that can not be read is refused with its place and a mend', () => {
  it.each([
    ['select id as entity_pk\nfrom userz', 'PREDICATE_NO_TABLE', 2, 6],
    ['select id as entity_pk,\n  fone from users', 'PREDICATE_NO_COLUMN', 2, 3],
    ['select id as entity_pk frm users where', 'PREDICATE_SYNTAX', 1, 24],
    ['select id from users', 'PREDICATE_NO_ENTITY_PK', undefined, undefined],
    ['select id as entity_pk, id, phone as id from users', 'PREDICATE_COLUMN_TWICE', undefined, undefined],
    ['select nullif(id, 1500) as entity_pk from users', 'PREDICATE_NULL_KEY', undefined, undefined],
    ['select id as entity_pk from people_twice', 'PREDICATE_DUPLICATE_KEY', undefined, undefined],
    ['select 1 as entity_pk;\ndrop table users', 'PREDICATE_SEVERAL_STATEMENTS', 2, 1],
    ['-- all\nUPDATE users SET phone = null', 'PREDICATE_NOT_A_SELECT', 2, 1],
    [
      'with gone as (delete from users returning id) select id as entity_pk from gone',
      'PREDICATE_NOT_A_SELECT',
      undefined,
      undefined,
    ],
    ['', 'PREDICATE_SYNTAX', 1, 1],
  ])('%j: %s', async (predicate, code, line, column) => {
    const fault = await faultOf(predicate);
    expect(fault).toMatchObject({ code, line, column });
    expect(fault.mend).toBeTruthy();
  });

  it('without the value of a row', async () => {
    const reading = readAll("select id as entity_pk, ('Ada' || id)::int from users");
    await expect(reading).rejects.toThrow('invalid input syntax for type integer: "…"');
  });

  it('when it takes too long, as something that may pass', async () => {
    expect(await faultOf('select id as entity_pk, slow() from users')).toMatchObject({
      code: 'PREDICATE_TIMED_OUT',
      retryable: true,
    });
  });

  it('when it reads what the user may not read', async () => {
    await admin.query(`create role shy login password 'shy'; create schema hidden; create table hidden.t (id int)`);
    const url = new URL(database.url);
    url.username = 'shy';
    url.password = 'shy';
    const shy = openSources({ default: url.href }, { statementTimeoutMs: 500 });
    const checking = checkPredicate(shy, { source: 'default', predicate: 'select id as entity_pk from hidden.t' });
    await expect(checking).rejects.toMatchObject({ code: 'PREDICATE_NOT_PERMITTED' });
    await shy.close();
    await admin.query('drop schema hidden cascade; drop role shy');
  });

  it('when its database is away, or was never named', async () => {
    expect(await faultOf('select 1 as entity_pk', 'dead')).toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      retryable: true,
    });
    expect(await faultOf('select 1 as entity_pk', 'crm')).toMatchObject({
      code: 'SOURCE_UNKNOWN',
      mend: expect.stringContaining('SOURCE_CRM_DATABASE_URL'),
    });
  });

  it('also in the middle of a scan: a key that repeats within a batch', async () => {
    await expect(readAll('select 7 as entity_pk from users')).rejects.toMatchObject({
      code: 'PREDICATE_DUPLICATE_KEY',
    });
  });
});

it('never writes to the source, whatever a function in the predicate tries', async () => {
  await admin.query(
    `create function sneak() returns int language sql as $$ update users set phone = null returning 1 $$`,
  );
  expect(await faultOf('select id as entity_pk, sneak() from users')).toMatchObject({ code: 'PREDICATE_WRITES' });
  const { rows } = await admin.query('select count(*)::int as n from users where phone is null');
  expect(rows[0].n).toBe(0);
});
