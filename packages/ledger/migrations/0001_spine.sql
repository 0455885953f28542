-- The spine: tasks and their revisions, lanes, runs, attempts, scans, workers, people who sign in.
-- Run states and their moves: packages/domain/src/run-states.ts. Forward only.

create table quailrunner.lanes (
  id int generated always as identity primary key,
  -- May hold a sender's phone number: it never leaves the ledger; Redis and logs know the lane by its id.
  key text not null unique,
  state text not null default 'open' check (state in ('open', 'paused', 'held')),
  -- Why it is held, or who paused it.
  reason text,
  rate_per_second double precision check (rate_per_second > 0),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  check ((state = 'open') = (reason is null))
);

create table quailrunner.tasks (
  id int generated always as identity primary key,
  name text not null unique check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  -- The newest of its revisions.
  revision int not null,
  state text not null default 'active' check (state in ('active', 'paused')),
  every_ms int not null check (every_ms > 0),
  -- The last scan's error, shown until a scan succeeds: {"code", "message", "line", "column", "mend"}.
  error jsonb,
  next_scan_at timestamptz not null default now(),
  -- The scan in progress renews its lease with each batch; another scheduler may take over once it has run out. A
  -- revision or a pause takes the lease away, and with it the right to claim.
  scan_id bigint,
  scan_lease_until timestamptz,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  check ((scan_id is null) = (scan_lease_until is null))
) with (fillfactor = 50);

create table quailrunner.task_revisions (
  task_id int not null references quailrunner.tasks on delete cascade,
  revision int not null,
  -- TaskSettings without the action.
  settings jsonb not null,
  predicate text not null,
  -- The action (url, headers, body) as sealed JSON: headers and urls hold credentials.
  action_sealed bytea not null,
  created_at timestamptz not null default now(),
  primary key (task_id, revision)
);

create table quailrunner.scans (
  id bigint generated always as identity primary key,
  task_id int not null references quailrunner.tasks on delete cascade,
  revision int not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  entities_read bigint not null default 0,
  entities_claimed bigint not null default 0,
  error jsonb
);
create index scans_by_task on quailrunner.scans (task_id, id desc);

create table quailrunner.runs (
  id bigint generated always as identity primary key,
  -- Of quailrunner.tasks and, below, of quailrunner.lanes. Not declared as foreign keys: the claim locks the task's row and
  -- lanes are never deleted, so checking each row again would only make claims more than twice as slow.
  task_id int not null,
  -- The revision that rendered it last; until then, the one that claimed it.
  revision int not null,
  -- Compared byte by byte: that is enough to tell keys apart, and cheap.
  entity_pk text collate "C" not null,
  -- The row's columns as of the claim. json, not jsonb: kept as written, in the predicate's order, and never searched.
  columns json not null,
  lane_id int not null,
  scan_id bigint not null,
  state text not null default 'pending'
    check (state in ('pending', 'queued', 'sending', 'completed', 'failed', 'retrying', 'unknown', 'skipped', 'canceled')),
  -- Where to find the run: what the indexes know of its state. It stays the same from `queued` to `sending`, so that the
  -- move made before each POST touches no index (a heap-only update).
  shelf text not null generated always as (
    case
      when state in ('pending', 'retrying') then 'waiting'
      when state in ('queued', 'sending') then 'out'
      when state in ('unknown', 'failed', 'skipped') then state
      else 'done'
    end
  ) stored,
  -- Attempts that counted against the task's retries.
  attempts smallint not null default 0 check (attempts >= 0),
  -- The number of the newest job; any older job finds its move refused.
  dispatch int not null default 0,
  -- When a waiting run may be fed, and when an unknown one is looked at next.
  due_at timestamptz not null default now(),
  claimed_at timestamptz not null default now(),
  queued_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  -- The process that made, or is making, the newest attempt.
  worker_id uuid,
  -- Code and reason of the newest verdict, where it wasn't `accepted`.
  code text,
  reason text,
  -- The promise "at most one run per task and entity".
  constraint runs_once unique (task_id, entity_pk),
  check (state <> 'sending' or (worker_id is not null and started_at is not null)),
  check ((state in ('completed', 'failed', 'skipped', 'canceled')) = (finished_at is not null))
) with (
  -- Room in each page for the heap-only updates, and vacuuming while the backlog's index is still small.
  fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02
);

-- What may be fed, in order: each lane takes from its tasks in turn.
create index runs_waiting on quailrunner.runs (lane_id, task_id, due_at, id) where shelf = 'waiting';
-- What is in Redis or on its way out: how much of it a lane has, what was fed long ago, what a lost worker left.
create index runs_out on quailrunner.runs (lane_id, queued_at) where shelf = 'out';
create index runs_unknown on quailrunner.runs (due_at) where shelf = 'unknown';
create index runs_failed on quailrunner.runs (task_id, id) where shelf = 'failed';
-- What a scan looks up for each entity it meets: it waits again when the predicate returns it once more.
create index runs_skipped on quailrunner.runs (task_id, entity_pk) where shelf = 'skipped';

-- An attempt that ended. The open one is in the run itself (state `sending`, worker_id, started_at): that saves a write
-- per message, and a crash leaves exactly one place to look.
create table quailrunner.attempts (
  -- No foreign key: rows are made in the statement that moves their run, and checking each again costs the hot path.
  run_id bigint not null,
  dispatch int not null,
  -- 1 for the first attempt that counted; attempts that spent nothing repeat the number, a person's retry begins anew.
  number smallint not null,
  revision int not null,
  worker_id uuid not null,
  started_at timestamptz not null,
  finished_at timestamptz not null default now(),
  verdict text not null
    check (verdict in ('accepted', 'refused', 'throttled', 'transient', 'lane-fault', 'unknown')),
  http_status smallint,
  code text,
  reason text,
  duration_ms int not null,
  -- First part of the answer's body, scrubbed of personal data.
  excerpt text,
  -- The receiver's id for the message; belongs to one attempt at most.
  sid text,
  primary key (run_id, dispatch)
) with (autovacuum_vacuum_insert_scale_factor = 0.05);
create unique index attempts_sid_once on quailrunner.attempts (sid) where sid is not null;

create table quailrunner.workers (
  id uuid primary key,
  host text not null,
  pid int not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now()
);

create table quailrunner.users (
  id int generated always as identity primary key,
  name text not null unique,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  -- scrypt, with salt and parameters.
  password_hash text not null,
  created_at timestamptz not null default now()
);

create table quailrunner.sessions (
  -- SHA-256 of the id in the cookie: who reads this table can't sign in with it.
  id bytea primary key,
  data jsonb not null,
  expires_at timestamptz not null
);
create index sessions_by_expiry on quailrunner.sessions (expires_at);
