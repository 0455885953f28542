import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { recreateDatabase } from './scratch-database.js';

const serverUrl = inject('postgresUrl');
const name = 'scratch "of" mine';

describe('recreateDatabase', () => {
  it('gives an empty database, however often it is asked', async () => {
    for (let round = 0; round < 2; round += 1) {
      const database = await recreateDatabase(serverUrl, name);
      await database.run('create table public.users (name text)');
      await database.run('insert into public.users select unnest($1::text[])', [['Zoë', 'Łukasz']]);
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      expect((await client.query('select name from public.users order by name')).rows).toHaveLength(2);
      await client.end();
      await database.close();
    }
  });

  it('leaves a database alone that somebody uses', async () => {
    const database = await recreateDatabase(serverUrl, name);
    await expect(recreateDatabase(serverUrl, name)).rejects.toMatchObject({ code: 'DATABASE_IN_USE' });
    await database.close();
  });

  it('says when the server is away', async () => {
    await expect(recreateDatabase('postgres://u:p@127.0.0.1:1/x', name)).rejects.toMatchObject({
      code: 'DATABASE_NOT_MADE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
