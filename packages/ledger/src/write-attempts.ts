/**
 * The write of the hot path: marks before POSTs and outcomes after them, all that gathered, in one statement and one
 * commit.
 */
import type { Dispatch } from '@quailrunner/domain';
import { type FinishedAttempt, finishColumns, finishedRows } from './finish-attempts.js';
import type { Ledger } from './open-ledger.js';
import { type PreparedStatement, queryHot } from './query.js';
import { type Start, type StartRow, startColumns, startedRows, toStart } from './start-attempts.js';

export type AttemptWrite =
  | { readonly kind: 'start'; readonly dispatch: Dispatch }
  | { readonly kind: 'finish'; readonly attempt: FinishedAttempt };

/** Of a start, what came of it; of a finish, whether it was recorded. */
export type AttemptWritten = Start | { readonly kind: 'finished'; readonly isRecorded: boolean };

// Why one statement for both: a busy worker has as many of the one as of the other, and half the commits and round trips
// for the same messages. The two never meet in one run: a run is started again only after it was fed again.
const writeBoth: PreparedStatement = {
  name: 'write-attempts',
  text: `
  with ${startedRows}, ${finishedRows}
  select id as "runId", dispatch, state, task_id as "taskId", revision, lane_id as "laneId", entity_pk as "entityPk",
    columns, attempts
  from started
  union all
  select id, dispatch, null, null, null, null, null, null, null from finished`,
};

type Row = StartRow | (Dispatch & { readonly state: null });

/** One result for each write, in order. Of the same write twice in a batch, the second is refused. */
export const writeAttempts = async (
  ledger: Ledger,
  workerId: string,
  writes: readonly AttemptWrite[],
): Promise<AttemptWritten[]> => {
  const starts = writes.flatMap((write) => (write.kind === 'start' ? [write.dispatch] : []));
  const finishes = writes.flatMap((write) => (write.kind === 'finish' ? [write.attempt] : []));
  const values = [workerId, ...startColumns(starts), ...finishColumns(finishes)];
  const rows = await queryHot<Row>(ledger, writeBoth, values);
  const started = new Map<string, StartRow>();
  const finished = new Set<string>();
  for (const row of rows) {
    if (row.state === null) finished.add(keyOf(row));
    else started.set(keyOf(row), row);
  }
  return writes.map((write) => {
    if (write.kind === 'finish') return { kind: 'finished', isRecorded: finished.delete(keyOf(write.attempt)) };
    const row = started.get(keyOf(write.dispatch));
    started.delete(keyOf(write.dispatch));
    return toStart(row);
  });
};

export const keyOf = ({ runId, dispatch }: Dispatch): string => `${runId}/${dispatch}`;
