/** Runs that turn out to go out by another lane, as they were fed: they wait there. claim → **feed** → render. */
import type { Dispatch } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

// Promise: only the very feed that found it out moves them; whatever has started stays where it is.
const move = `
  update quailrunner.runs r
  set state = 'pending', lane_id = m.lane_id, due_at = now()
  from unnest($1::bigint[], $2::int[], $3::int[]) as m (id, dispatch, lane_id)
  where r.id = m.id and r.dispatch = m.dispatch and r.state = 'queued'`;

export const moveRuns = async (
  ledger: Ledger,
  moves: readonly (Dispatch & { readonly laneId: number })[],
): Promise<void> => {
  const values = [
    moves.map(({ runId }) => runId),
    moves.map(({ dispatch }) => dispatch),
    moves.map(({ laneId }) => laneId),
  ];
  await query(ledger, move, values);
};
