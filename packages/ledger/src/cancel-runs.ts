/** A person's word that something is not to be sent after all: what waits is canceled, for good. */
import type { Actor, RunState } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction, query, queryOne } from './query.js';
import { recordAct, recordActs } from './record-act.js';

// Promise: only what is not on its way; a job of it that is in Redis finds its start refused. Concurrency: a worker that starts
// one of them at this moment was first, and then it stays, or comes too late.
const cancelNamed = `
  with picked as (
    select id, state, code from quailrunner.runs
    where id = any ($1::bigint[]) and state in ('pending', 'retrying', 'queued')
    order by id
    for no key update
  )
  update quailrunner.runs r
  set state = 'canceled', finished_at = now(), code = 'CANCELED', reason = $2
  from picked
  where r.id = picked.id
  returning r.id as "runId", picked.state as "from"`;

const readStates = `select id as "runId", state from quailrunner.runs where id = any ($1::bigint[]) order by id`;

export interface Canceled {
  readonly canceled: readonly string[];
  /** The others that were named, as they are. `undefined`: there is no such run. */
  readonly refused: readonly { readonly runId: string; readonly state?: RunState }[];
}

export const cancelRuns = async (ledger: Ledger, runIds: readonly string[], by: Actor): Promise<Canceled> => {
  const canceled = await inTransaction(ledger, async (ask) => {
    const moved = await ask<{ runId: string; from: RunState }>(cancelNamed, [runIds, reasonOf(by)]);
    const subjects = moved.map(({ runId, from }) => ({
      id: runId,
      before: { state: from },
      after: { state: 'canceled' },
    }));
    await recordActs(ask, { by, act: 'run.canceled', kind: 'run', subjects });
    return new Set(moved.map(({ runId }) => runId));
  });
  const others = [...new Set(runIds)].filter((runId) => !canceled.has(runId));
  const rows = others.length === 0 ? [] : await query<{ runId: string; state: RunState }>(ledger, readStates, [others]);
  const states = new Map(rows.map(({ runId, state }) => [runId, state]));
  const refused = others.map((runId) => {
    const state = states.get(runId);
    return { runId, ...(state && { state }) };
  });
  return { canceled: [...canceled], refused };
};

const reasonOf = ({ name }: Actor): string => `Canceled by ${name}.`;

// Concurrency: as above. Cost: reads and writes a batch, in the order of the index of a task's runs.
const cancelBatch = `
  with picked as (
    select id from quailrunner.runs
    where task_id = $1 and shelf = $2 and id > $3 and id <= $4 and state in ('pending', 'retrying', 'queued')
    order by id
    limit $5
    for no key update
  ), canceled as (
    update quailrunner.runs r
    set state = 'canceled', finished_at = now(), code = 'CANCELED', reason = $6
    from picked
    where r.id = picked.id
    returning r.id
  )
  select count(*)::int as runs, max(id) as "lastRunId" from canceled`;

const findTask = `
  select id as "taskId", (select coalesce(max(id), 0) from quailrunner.runs) as "lastRunId"
  from quailrunner.tasks where name = $1 and kind = 'task'`;

const countLeft = `
  select count(*) filter (where state = 'sending')::int as sending, count(*) filter (where state = 'unknown')::int as unknown
  from quailrunner.runs
  where task_id = $1 and shelf in ('out', 'unknown') and id <= $2`;

const countWaiting = `
  select count(*)::float8 as runs
  from quailrunner.runs r
  where r.task_id = (select id from quailrunner.tasks where name = $1 and kind = 'task')
    and r.shelf in ('waiting', 'out') and r.state in ('pending', 'retrying', 'queued')`;

/** How many runs `cancelTask` would cancel at this moment. */
export const countCancelable = async (ledger: Ledger, task: string): Promise<number> =>
  (await queryOne<{ runs: number }>(ledger, countWaiting, [task])).runs;

const batchSize = 2_000;

export interface CanceledTask {
  readonly canceled: number;
  /** What can't be canceled, for it may have left. */
  readonly sending: number;
  readonly unknown: number;
}

/**
 * All that the task has claimed by now and not sent: in batches, each a transaction with its own row of the audit. What it
 * claims later is not among it: pause the task first. `undefined` where there is no such task.
 */
export const cancelTask = async (ledger: Ledger, task: string, by: Actor): Promise<CanceledTask | undefined> => {
  const [found] = await query<{ taskId: number; lastRunId: string }>(ledger, findTask, [task]);
  if (found === undefined) return undefined;
  let canceled = 0;
  // A run that is fed, or comes back from Redis, meanwhile changes its shelf: until both are empty.
  for (let before = -1; canceled > before; ) {
    before = canceled;
    for (const shelf of ['waiting', 'out']) canceled += await cancelShelf(ledger, { ...found, task, shelf }, by);
  }
  const left = await queryOne<{ sending: number; unknown: number }>(ledger, countLeft, [found.taskId, found.lastRunId]);
  return { canceled, ...left };
};

interface Shelf {
  readonly taskId: number;
  readonly task: string;
  readonly shelf: string;
  readonly lastRunId: string;
}

const cancelShelf = async (ledger: Ledger, { taskId, task, shelf, lastRunId }: Shelf, by: Actor): Promise<number> => {
  let canceled = 0;
  for (let after: string | null = '0'; after !== null; ) {
    const values: unknown[] = [taskId, shelf, after, lastRunId, batchSize, reasonOf(by)];
    const batch = await inTransaction(ledger, async (ask) => {
      const [moved] = (await ask<Batch>(cancelBatch, values)) as [Batch];
      const subject = { kind: 'task', id: task } as const;
      if (moved.runs > 0) await recordAct(ask, { by, act: 'run.canceled', subject, after: { canceled: moved.runs } });
      return moved;
    });
    canceled += batch.runs;
    after = batch.lastRunId;
  }
  return canceled;
};

interface Batch {
  readonly runs: number;
  readonly lastRunId: string | null;
}
