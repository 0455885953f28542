-- Who may do what, and the record of what they did.

-- Every act of a person or a program on their behalf, written in the transaction that does it. Acts and subjects:
-- packages/domain/src/acts.ts.
create table quailrunner.audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('user', 'token', 'cli', 'system')),
  actor_name text not null,
  act text not null,
  subject_kind text not null,
  subject_id text not null,
  -- What changed, as it was and as it is. Without personal data, bodies, headers and secrets.
  before jsonb,
  after jsonb
);
create index audit_by_subject on quailrunner.audit (subject_kind, subject_id, id desc);
create index audit_by_actor on quailrunner.audit (actor_name, id desc);
create index audit_by_act on quailrunner.audit (act, id desc);

alter table quailrunner.users
  -- Can't sign in, and has no session.
  add column disabled_at timestamptz,
  add column password_changed_at timestamptz not null default now();
update quailrunner.users set password_changed_at = created_at;

-- Whose session it is: with the user's row it tells whether it still holds, and as what.
alter table quailrunner.sessions
  add column user_id int generated always as ((data -> 'user' ->> 'userId')::int) stored
    references quailrunner.users on delete cascade;
create index sessions_by_user on quailrunner.sessions (user_id);

-- Programs at the API.
create table quailrunner.tokens (
  id int generated always as identity primary key,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  -- SHA-256 of the token, which is random enough to need no salt: who reads this table can't use it.
  hash bytea not null unique check (octet_length(hash) = 32),
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  -- To the minute.
  last_used_at timestamptz,
  revoked_at timestamptz
);
-- A name is free again when its token was revoked.
create unique index tokens_by_name on quailrunner.tokens (name) where revoked_at is null;
