-- Lanes that know their rate, slow down when they are told to, and hold what is at fault; people who want no more messages.

alter table quailrunner.lanes
  -- `rate_per_second` is the rate that holds, kept by whoever changes one of these: a person's, else the least that its tasks
  -- ask for, else the usual one of the sender's kind, else none (null).
  add column set_rate double precision check (set_rate > 0),
  add column default_rate double precision check (default_rate > 0),
  -- Nothing leaves before: the receiver asked for a rest, or could not be reached. Then one run tries.
  add column backoff_until timestamptz,
  -- Why, as a code: `20429`, `HTTP_429`, `ECONNREFUSED`.
  add column backoff_code text,
  -- After a throttle, messages a second at `paced_since`; the pace grows from there: packages/domain/src/pace.ts.
  add column pace double precision check (pace > 0),
  add column paced_since timestamptz,
  -- What the pace grows to where the lane has no rate: as fast as it was when it was first told to slow down.
  add column pace_ceiling double precision check (pace_ceiling > 0),
  add column throttles int not null default 0,
  add column throttled_at timestamptz,
  -- Twilio-Concurrent-Requests, as the newest answers told it.
  add column concurrent_requests int;

-- Which tasks send in which lanes, and the rate that each asks for.
create table quailrunner.task_lanes (
  task_id int not null references quailrunner.tasks on delete cascade,
  lane_id int not null references quailrunner.lanes on delete cascade,
  -- The newest of the task that has found the lane.
  revision int not null,
  rate_per_second double precision check (rate_per_second > 0),
  primary key (task_id, lane_id)
);
create index task_lanes_by_lane on quailrunner.task_lanes (lane_id);

alter table quailrunner.tasks
  drop constraint tasks_state_check,
  add constraint tasks_state_check check (state in ('active', 'paused', 'held')),
  -- Why it is held.
  add column reason text,
  add constraint tasks_reason_check check ((state = 'held') = (reason is not null));

-- Who asked a sender for no more messages.
create table quailrunner.suppressions (
  id bigint generated always as identity primary key,
  -- As a lane's key names it, whatever lane a task sends in.
  sender text not null,
  -- The recipient's address. As personal as the columns of a run: it never leaves the ledger unmasked.
  address text not null,
  -- Who said so: the receiver's answer or receipt, the recipient's own message, a person.
  told_by text not null check (told_by in ('answer', 'receipt', 'recipient', 'person')),
  code text,
  created_at timestamptz not null default now(),
  -- Kept when it is lifted, so that whoever keeps some in memory hears of that too.
  lifted_at timestamptz,
  changed_at timestamptz not null default now(),
  constraint suppressions_once unique (sender, address)
);
create index suppressions_by_change on quailrunner.suppressions (changed_at, id);

-- The runs that were skipped for it: they are looked at again when it is lifted.
create table quailrunner.suppressed_runs (
  suppression_id bigint not null references quailrunner.suppressions on delete cascade,
  run_id bigint not null,
  primary key (suppression_id, run_id)
);

-- What a person must hear of, written together with what happened, so that it is told once and surely.
create table quailrunner.alerts (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('lane.held', 'task.held')),
  lane_id int references quailrunner.lanes on delete cascade,
  task_id int references quailrunner.tasks on delete cascade,
  -- Why, without personal data.
  reason text not null,
  created_at timestamptz not null default now(),
  -- When it is to be sent next; null once it was.
  due_at timestamptz default now(),
  tries int not null default 0,
  sent_at timestamptz,
  check ((kind = 'lane.held') = (lane_id is not null) and (kind = 'task.held') = (task_id is not null))
);
create index alerts_due on quailrunner.alerts (due_at) where due_at is not null;
