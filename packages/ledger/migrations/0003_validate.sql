-- In a transaction of its own: reads all rows, and nobody waits for it.
alter table quailrunner.runs validate constraint runs_delivery_check;
alter table quailrunner.attempts validate constraint attempts_settled_by_check;
