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

// Promise: only what still waits in that lane, as it was read, is touched: a run that another scheduler moved, or that was fed
// since, stays as it is. Each is due when it was. Who is gone is skipped, as at the feed.
const settle = `
  update quailrunner.runs r
  set lane_id = coalesce(m.lane_id, r.lane_id), revision = $2,
    state = case when m.lane_id is null then 'skipped' else r.state end,
    finished_at = case when m.lane_id is null then now() end,
    code = case when m.lane_id is null then 'NO_LONGER_SELECTED' else r.code end,
    reason = case when m.lane_id is null then 'The predicate no longer returned it when it was to be sent.' else r.reason end
  from unnest($3::bigint[], $4::int[], $5::int[]) as m (id, dispatch, lane_id)
  where r.id = m.id and r.dispatch = m.dispatch and r.lane_id = $1 and r.state in ('pending', 'retrying')`;

export interface SettledRun extends Dispatch {
  /** `undefined`: the predicate doesn't return it any more. */
  readonly laneId: number | undefined;
}

/** Where runs that wait in a lane wait from now on, by that revision. */
export const settleWaiting = async (
  ledger: Ledger,
  from: { readonly laneId: number; readonly revision: number },
  runs: readonly SettledRun[],
): Promise<void> => {
  if (runs.length === 0) return;
  const places = [
    runs.map(({ runId }) => runId),
    runs.map(({ dispatch }) => dispatch),
    runs.map(({ laneId }) => laneId ?? null),
  ];
  await query(ledger, settle, [from.laneId, from.revision, ...places]);
};
