/** Tasks that send nothing at present, as workers look at them every moment. */
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

const select = `select id from quailrunner.tasks where state <> 'active'`;

export const readStoppedTasks = async (ledger: Ledger): Promise<number[]> =>
  (await query<{ id: number }>(ledger, select)).map(({ id }) => id);
