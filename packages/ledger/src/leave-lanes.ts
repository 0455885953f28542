/** A revised task may send elsewhere: the lanes it has left no longer heed its rate. */
import { changeUses } from './keep-rates.js';
import type { Ledger } from './open-ledger.js';
import { inTransaction } from './query.js';

// Promise: a lane in which the task still has runs to send is not left. Cost: an index probe for each lane of the task.
const leave = `
  delete from quailrunner.task_lanes u
  where u.task_id = $1 and u.revision < $2 and not exists (
    select from quailrunner.runs r where r.lane_id = u.lane_id and r.task_id = u.task_id and r.shelf = 'waiting'
  )`;

/** After the first whole scan of a revision. */
export const leaveLanes = (ledger: Ledger, { taskId, revision }: { taskId: number; revision: number }): Promise<void> =>
  inTransaction(ledger, (ask) => changeUses(ask, taskId, () => ask(leave, [taskId, revision])));
