import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/index.js';
import { openStage, type Stage } from '../support/stage.js';
import { createUsers, everyone, smsTask } from '../support/tasks.js';

let stage: Stage;

beforeAll(async () => {
  // At `debug`, commands show stack traces.
  stage = await openStage({ LOG_LEVEL: 'info' });
  await stage.source.query(createUsers(20));
});

afterAll(() => stage.close());

/** What is wrong, and what `task check` says: the place in the file and the matter. */
const mistakes: readonly [what: string, text: string, said: RegExp][] = [
  ['no entity_pk', smsTask({ name: 'bad', predicate: 'SELECT uuid, phone_number FROM public.users;' }), /entity_pk/],
  [
    'a null key',
    smsTask({
      name: 'bad',
      predicate: `SELECT nullif(phone_number, '+15550000007') AS entity_pk, phone_number FROM users`,
    }),
    /entity_pk is null/,
  ],
  [
    'a key that comes twice',
    smsTask({ name: 'bad', predicate: 'SELECT first_name AS entity_pk, phone_number FROM public.users' }),
    /same entity_pk/,
  ],
  [
    'two statements',
    smsTask({ name: 'bad', predicate: `${everyone}\nSELECT 1;` }),
    /bad\.sql:13:1: .*more than one SQL statement/,
  ],
  [
    'an UPDATE',
    smsTask({ name: 'bad', predicate: 'UPDATE public.users SET deleted_at = now() RETURNING uuid AS entity_pk;' }),
    /bad\.sql:12:1: .*UPDATE/,
  ],
  [
    'a mistake in the SQL',
    smsTask({ name: 'bad', predicate: 'SELECT uuid AS entity_pk, phone_number\nFROM public.userz;' }),
    /bad\.sql:13:6: .*userz/,
  ],
  [
    'a database that is away',
    smsTask({ name: 'bad', settings: 'source: dead' }),
    /source "dead" can't be reached[\s\S]*SOURCE_DEAD_DATABASE_URL/,
  ],
  [
    'a column that the predicate does not select',
    smsTask({ name: 'bad', body: 'From=+15005550006&To={{.phone_number}}&Body=Hello {{.first_name}}' }),
    /bad\.sql:8:\d+: .*first_name/,
  ],
  ['an unknown setting', smsTask({ name: 'bad', settings: 'retry: 3' }), /bad\.sql:10:1: .*retry[\s\S]*retries/],
];

describe('task check and task apply refuse, with the place and the mend, and apply nothing', () => {
  it.each(mistakes)('%s', async (_, text, said) => {
    const path = await stage.writeTask('bad', text);
    const env = { SOURCE_DEAD_DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' };
    for (const command of ['check', 'apply']) {
      const child = stage.start(['task', command, path], env);
      expect(await child.ended()).toBe(1);
      expect(child.output()).toMatch(said);
      expect(child.output()).toContain('→');
      expect(child.output()).not.toMatch(/\n\s+at /);
    }
    expect(await count('tasks')).toBe(0);
  });
});

it('a good task is checked without a word in the ledger', async () => {
  const checked = await stage.quail('task', 'check', await stage.writeTask('good', smsTask({ name: 'good' })));
  expect(checked.code).toBe(0);
  expect(await count('tasks')).toBe(0);
});

describe('a task that breaks after it was applied', () => {
  beforeAll(async () => {
    for (const [name, table] of [
      ['sound', 'users'],
      ['keyless', 'keyless'],
      ['twice', 'twice'],
      ['gone', 'gone'],
    ]) {
      if (table !== 'users') await stage.source.query(`create table public.${table} as table public.users`);
      const predicate = `SELECT uuid AS entity_pk, phone_number FROM public.${table}`;
      const body = `From=+15005550006&To={{.phone_number}}&Body=${name}`;
      const applied = await stage.quail(
        'task',
        'apply',
        await stage.writeTask(`${name}`, smsTask({ name: `${name}`, predicate, body })),
      );
      expect(applied).toMatchObject({ code: 0 });
    }
    await stage.source.query(`
      update public.keyless set uuid = null where phone_number like '%3';
      insert into public.twice table public.twice;
      drop table public.gone;`);
    stage.start(['scheduler']);
    stage.start(['worker']);
    await waitUntil(async () => (await messages()).length >= 20 && (await errors()).length === 3, {
      timeoutMs: 30_000,
      what: 'the sound task to send and the others to show their errors',
    });
  }, 60_000);

  it('shows its error while other tasks go on', async () => {
    expect(await errors()).toEqual([
      ['gone', 'PREDICATE_NO_TABLE'],
      ['keyless', 'PREDICATE_NULL_KEY'],
      ['twice', 'PREDICATE_DUPLICATE_KEY'],
    ]);
    const listed = await stage.quail('task', 'list');
    expect(listed.stdout).toMatch(/gone.*|PREDICATE_NO_TABLE/);
  });

  it('sends nothing', async () => {
    expect(new Set(await messages())).toEqual(new Set(['sound']));
  });

  it('goes on by itself once it is mended', async () => {
    await stage.source.query('create table public.gone as table public.users');
    await waitUntil(async () => (await messages()).filter((body) => body === 'gone').length === 20, {
      timeoutMs: 30_000,
      what: 'the mended task to send',
    });
    expect((await errors()).map(([name]) => name)).toEqual(['keyless', 'twice']);
  }, 40_000);
});

const count = async (table: string): Promise<number> => {
  const { rows } = await stage.ledger.query(`select to_regclass('quailrunner.${table}') is not null as there`);
  if (!rows[0].there) return 0;
  return (await stage.ledger.query(`select count(*)::int as n from quailrunner.${table}`)).rows[0].n;
};

const errors = async (): Promise<[string, string][]> => {
  const { rows } = await stage.ledger.query(
    `select name, error ->> 'code' as code from quailrunner.tasks where error is not null order by name`,
  );
  return rows.map((row) => [row.name, row.code]);
};

const messages = async (): Promise<string[]> => {
  const answer = await fetch(`${stage.sandbox.url}/sandbox/messages?limit=1000`);
  const { messages: all } = (await answer.json()) as { messages: { body: string }[] };
  return all.map((message) => message.body);
};
