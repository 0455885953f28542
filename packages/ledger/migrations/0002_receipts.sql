-- Receipts: what Twilio says of a message after it has taken it. Each proves that a run was sent.
create table quailrunner.receipts (
  -- Twilio repeats itself: one row for each message and status.
  sid text not null,
  status text not null,
  run_id bigint not null,
  dispatch int not null,
  -- Twilio's code, where it could not be delivered.
  code text,
  received_at timestamptz not null default now(),
  primary key (sid, status)
);

create index receipts_by_run on quailrunner.receipts (run_id);

alter table quailrunner.runs
  -- The furthest that the receipts of its attempts tell: packages/domain/src/delivery.ts.
  add column delivery text,
  add column delivery_code text,
  -- Not valid: existing rows hold nothing to check, and reading all of them here would keep everybody waiting.
  add constraint runs_delivery_check check (delivery in ('accepted', 'sent', 'undelivered', 'delivered')) not valid;

-- Who knew, where the answer to the POST itself did not say: the sid of a look-up is a conclusion, and gives way to
-- another run's own answer or receipt.
alter table quailrunner.attempts
  add column settled_by text,
  add constraint attempts_settled_by_check check (settled_by in ('look-up', 'receipt', 'answer', 'person', 'policy')) not valid;
