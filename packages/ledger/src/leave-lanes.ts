/** A revised task may send elsewhere: the lanes it has left no longer heed its rate. */
import { changeUses } from './keep-rates.js';
import type { Ledger } from './open-ledger.js';
import { inTransaction, query } from './query.js';

// Promise: a lane in which the task still has runs to send is not left. Cost: an index probe for each lane of the task.
const leave = `
  delete from quailrunner.task_lanes u
  where u.task_id = $1 and u.revision < $2 and not exists (
    select from quailrunner.runs r where r.lane_id = u.lane_id and r.task_id = u.task_id and r.shelf in ('waiting', 'out')
  )`;

// Why: nearly always there is none.
const selectOld = `select from quailrunner.task_lanes where task_id = $1 and revision < $2 limit 1`;

/** After a whole scan of a revision. A lane that can't be left yet is left after a later one. */
export const leaveLanes = async (
  ledger: Ledger,
  { taskId, revision }: { taskId: number; revision: number },
): Promise<void> => {
  const values = [taskId, revision];
  if ((await query(ledger, selectOld, values)).length === 0) return;
  await inTransaction(ledger, (ask) => changeUses(ask, taskId, () => ask(leave, values)));
};
