/** Runs that have failed, by the thousand, and a worker that ends what waits: beside the ledger, as time would have it. */
import type { DueScan } from '../src/index.js';
import type { TestLedger } from './make-ledger.js';

export interface Failed {
  readonly count: number;
  readonly laneId: number;
  readonly code?: string;
  /** Before now, in seconds. */
  readonly ago?: number;
}

/** Their ids, in order. */
export const makeFailed = async (
  { ask }: TestLedger,
  { taskId }: Pick<DueScan, 'taskId'>,
  { count, laneId, code = '30003', ago = 60 }: Failed,
): Promise<string[]> => {
  const rows = await ask<{ id: string }>(
    `insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id, state, dispatch, attempts,
       worker_id, started_at, queued_at, finished_at, code, reason)
     select $1, 1, gen_random_uuid(), '{"phone_number": "+15005550001"}', $2, 0, 'failed', 1, 6, gen_random_uuid(),
       now() - ($4 + 1) * interval '1 s', now() - ($4 + 2) * interval '1 s', now() - $4 * interval '1 s', $5::text,
       'because of ' || $5
     from generate_series(1, $3)
     returning id`,
    [taskId, laneId, count, ago, code],
  );
  return rows.map(({ id }) => id);
};

/** Ends `count` of the runs that wait, in the order of their ids. */
export const endWaiting = async (
  { ask }: TestLedger,
  state: 'completed' | 'failed' | 'skipped',
  count: number,
): Promise<void> => {
  await ask(
    `update quailrunner.runs
     set state = $1, finished_at = clock_timestamp(), dispatch = dispatch + 1
     where id in (select id from quailrunner.runs where shelf = 'waiting' order by id limit $2)`,
    [state, count],
  );
};

/** From now on, each move of a failed run back to the beginning is written down. Reads how often each run was moved. */
export const watchRetries = async ({ ask }: TestLedger): Promise<() => Promise<Map<string, number>>> => {
  await ask('create table moves (run_id bigint)');
  await ask(`
    create function note_move() returns trigger language plpgsql as
    $$ begin insert into moves values (new.id); return null; end $$`);
  await ask(`
    create trigger note_move after update on quailrunner.runs for each row
    when (old.state = 'failed' and new.state = 'pending') execute function note_move()`);
  return async () => {
    const rows = await ask<{ id: string; times: number }>(
      'select run_id as id, count(*)::int as times from moves group by run_id',
    );
    return new Map(rows.map(({ id, times }) => [id, times]));
  };
};
