/**
 * Recheck, written: claim → **feed** → render. What the predicate said when it was asked again for runs that were fed just
 * now: who is gone is skipped, who is still there has the columns of today.
 */
import type { Columns } from '@quailrunner/domain';
import type { FedRun } from './feed-runs.js';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';

// Promise: only the very feed that asked is touched; a run that moved on meanwhile stays as it is. Cost: a primary key
// probe a run, and a write only where something changed.
const record = `
  update quailrunner.runs r
  set state = case when e.columns is null then 'skipped' else r.state end,
    finished_at = case when e.columns is null then now() end,
    code = case when e.columns is null then 'NO_LONGER_SELECTED' else r.code end,
    reason = case when e.columns is null then 'The predicate no longer returned it when it was to be sent.' else r.reason end,
    columns = coalesce(e.columns, r.columns)
  from unnest($1::bigint[], $2::int[], $3::json[]) as e (id, dispatch, columns)
  where r.id = e.id and r.dispatch = e.dispatch and r.state = 'queued'
    and (e.columns is null or e.columns::text <> r.columns::text)`;

/** `columnsNow`: by entity_pk, of those that the predicate still returns. The runs that are to be sent, with them. */
export const recordRecheck = async (
  ledger: Ledger,
  runs: readonly FedRun[],
  columnsNow: ReadonlyMap<string, Columns>,
): Promise<FedRun[]> => {
  const ids = runs.map(({ runId }) => runId);
  const numbers = runs.map(({ dispatch }) => dispatch);
  const columns = runs.map(({ entityPk }) => columnsNow.get(entityPk));
  await query(ledger, record, [ids, numbers, columns.map((row) => row && JSON.stringify(row))]);
  return runs.flatMap((run) => {
    const now = columnsNow.get(run.entityPk);
    return now === undefined ? [] : [{ ...run, columns: now }];
  });
};
