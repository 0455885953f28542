-- Writes at the API that may come again: each is known by who asks and the key they gave, for a day.
create table quailrunner.idempotency_keys (
  principal text not null,
  key text not null,
  -- SHA-256 of what was asked: the same key with something else is a mistake.
  asked_hash bytea not null check (octet_length(asked_hash) = 32),
  -- Whoever takes it over from somebody who is gone counts on: an older claim does nothing more.
  claim int not null default 1,
  lease_until timestamptz not null,
  -- Set in the transaction of the act itself: it was done, whether or not anybody lives to answer.
  acted_at timestamptz,
  -- Absent while it is in progress. Sealed, for it may hold what is shown once.
  status int,
  answer_sealed bytea,
  created_at timestamptz not null default now(),
  primary key (principal, key),
  check ((status is null) = (answer_sealed is null))
);
create index idempotency_keys_by_age on quailrunner.idempotency_keys (created_at);
