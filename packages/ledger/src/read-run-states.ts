/** What has become of some runs: for those who know them by id only, as Bull Board does. */
import type { RunState } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { query } from './query.js';
import { isRunId } from './read-run.js';

interface StateRow {
  readonly runId: string;
  readonly state: RunState;
}

// Cost: one probe of the primary key for each.
const selectStates = 'select id as "runId", state from quailrunner.runs where id = any ($1::bigint[])';

/** By id; without those that aren't there. */
export const readRunStates = async (ledger: Ledger, runIds: readonly string[]): Promise<Map<string, RunState>> => {
  const known = runIds.filter(isRunId);
  if (known.length === 0) return new Map();
  const rows = await query<StateRow>(ledger, selectStates, [known]);
  return new Map(rows.map(({ runId, state }) => [runId, state]));
};
