-- Not in a transaction: each statement for itself, so that nobody who writes waits while the index of a large table is built.
-- Lists and counts that stay fast with millions of runs. None of these indexes knows what changes from `queued` to
-- `sending`: that move stays a heap-only update. What is broken off halfway is begun again: each statement can be repeated.

-- A run that is canceled says so in its code, which an index may know: many millions are completed beside it.
alter table quailrunner.runs
  drop constraint if exists runs_canceled_check,
  -- Not valid: nothing has canceled a run before.
  add constraint runs_canceled_check check (state <> 'canceled' or code = 'CANCELED') not valid;

-- The moment itself, not the begin of the transaction: runs are claimed in the order of their ids, so that a time is found
-- among them without an index of its own.
alter table quailrunner.runs alter column claimed_at set default clock_timestamp();

-- Any list of a task's runs, the newest first, and how many there are.
drop index concurrently if exists quailrunner.runs_by_task;
create index concurrently runs_by_task on quailrunner.runs (task_id, shelf, id);

drop index concurrently if exists quailrunner.runs_failed;

-- The same of a lane.
drop index concurrently if exists quailrunner.runs_by_lane;
create index concurrently runs_by_lane on quailrunner.runs (lane_id, task_id, shelf, id);

-- Why runs failed, how many for each reason and since when; runs by their code, the canceled ones among them.
drop index concurrently if exists quailrunner.runs_by_code;
create index concurrently runs_by_code on quailrunner.runs (task_id, shelf, code, id) include (finished_at)
  where code is not null or shelf in ('failed', 'unknown');

-- What waits and was fed before: the few that are `retrying` are among these.
drop index concurrently if exists quailrunner.runs_again;
create index concurrently runs_again on quailrunner.runs (task_id, id) where shelf = 'waiting' and dispatch > 0;

-- Attempts are written in the order in which they end, so the time of the newest is found at next to no cost.
drop index concurrently if exists quailrunner.attempts_by_end;
create index concurrently attempts_by_end on quailrunner.attempts using brin (finished_at)
  with (pages_per_range = 32, autosummarize = on);
