-- Failed runs that a person queues again, many at a time: little by little, shown while they go, and stopped when asked.
create table quailrunner.bulk_retries (
  id bigint generated always as identity primary key,
  -- Which failed runs: of this task, with this code, failed since then. Null: whatever it is.
  task_id int references quailrunner.tasks on delete cascade,
  code text,
  failed_since timestamptz,
  -- At the latest the moment in which it was asked for: what fails again is not taken twice.
  failed_until timestamptz not null,
  state text not null default 'running' check (state in ('running', 'stopped', 'finished')),
  asked_by_kind text not null check (asked_by_kind in ('user', 'token', 'cli', 'system')),
  asked_by_name text not null,
  -- Failed runs that it was to move, as they were counted when it began.
  total bigint not null,
  moved bigint not null default 0,
  -- Of those moved, as they were when they first ended; `unknown` ones may be settled later.
  completed bigint not null default 0,
  failed bigint not null default 0,
  unknown bigint not null default 0,
  skipped bigint not null default 0,
  -- Given back by a stop: failed again without an attempt.
  returned bigint not null default 0,
  -- How far it has come: in order of tasks, and of runs within each.
  cursor_task int not null default 0,
  cursor_run bigint not null default 0,
  -- There is nothing left to move.
  is_through boolean not null default false,
  -- Moved, and not ended yet: its last batch, and stragglers of those before.
  open_runs bigint[] not null default '{}',
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((state = 'running') = (finished_at is null))
);

-- Those that a scheduler looks after.
create index bulk_retries_open on quailrunner.bulk_retries (id) where state = 'running' or open_runs <> '{}';
