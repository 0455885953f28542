-- Messages that a person sends to a number of their own to try a task: runs of a task of their own, `<name>~test`, which is
-- never scanned, so that they go the whole way and count nowhere.
alter table quailrunner.tasks
  add column kind text not null default 'task' check (kind in ('task', 'test')),
  drop constraint tasks_name_check,
  add constraint tasks_name_check check (
    name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' and kind = 'task'
    or name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?~test$' and kind = 'test'
  );

-- The revision since which the action is as it is: with `onChange: resend`, who was sent an older one is sent this one, too.
alter table quailrunner.task_revisions
  add column edition int;
update quailrunner.task_revisions set edition = 1;
alter table quailrunner.task_revisions
  alter column edition set not null;
