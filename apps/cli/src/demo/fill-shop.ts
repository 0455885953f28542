/** The shop's database: the table of the guide, filled with people. */
import type { ScratchDatabase } from '@quailrunner/embedded';
import type { Person } from './people.js';

const createUsers = `
  create table public.users (
    uuid uuid primary key default gen_random_uuid(),
    phone_number text not null unique,
    first_name text not null,
    last_name text not null,
    country char(2) not null,
    plan text not null default 'free' check (plan in ('free', 'silver', 'gold')),
    created_at timestamptz not null default now(),
    deleted_at timestamptz
  )`;

const insertUsers = `
  insert into public.users (uuid, phone_number, first_name, last_name, country, plan, created_at, deleted_at)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
    $8::timestamptz[])`;

const batchSize = 5_000;

export const fillShop = async (shop: ScratchDatabase, people: readonly Person[]): Promise<void> => {
  await shop.run(createUsers);
  for (let from = 0; from < people.length; from += batchSize) {
    const batch = people.slice(from, from + batchSize);
    const column = (value: (person: Person) => unknown) => batch.map(value);
    await shop.run(insertUsers, [
      column(({ uuid }) => uuid),
      column(({ phoneNumber }) => phoneNumber),
      column(({ firstName }) => firstName),
      column(({ lastName }) => lastName),
      column(({ country }) => country),
      column(({ plan }) => plan),
      column(({ createdAt }) => createdAt),
      column(({ deletedAt }) => deletedAt),
    ]);
  }
  await shop.run('analyze public.users');
};
