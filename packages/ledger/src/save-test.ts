/** A test of a task: one run of a hidden task beside it, with what the task would do now. It counts nowhere. */
import type { Actor, Columns, TaskDefinition } from '@quailrunner/domain';
import type { Ledger } from './open-ledger.js';
import { inTransaction } from './query.js';
import { recordAct } from './record-act.js';
import { toStored } from './revisions.js';

export interface TestRun {
  readonly entityPk: string;
  readonly columns: Columns;
  readonly laneId: number;
}

const nameTask = `
  insert into quailrunner.tasks (name, kind, revision, every_ms) values ($1, 'test', 0, $2)
  on conflict (name) do nothing`;

// Concurrency: tests of the same task take turns, so that each has a revision of its own.
const nextRevision = `
  update quailrunner.tasks set revision = revision + 1, state = 'active', reason = null, changed_at = now()
  where name = $1
  returning id as "taskId", revision`;

const addRevision = `
  insert into quailrunner.task_revisions (task_id, revision, settings, predicate, action_sealed, edition)
  values ($1, $2::int, $3, $4, $5, $2)`;

// Why such a key: one entity may be tried again and again. There is no scan.
const addRun = `
  insert into quailrunner.runs (task_id, revision, entity_pk, columns, lane_id, scan_id)
  values ($1, $2::int, $3::text || '~test-' || ($2::int)::text, $4, $5, 0)
  returning id as "runId"`;

/** The run's id. It is fed and sent like any other. */
export const saveTest = (ledger: Ledger, definition: TaskDefinition, run: TestRun, by: Actor): Promise<string> =>
  inTransaction(ledger, async (ask) => {
    const name = `${definition.settings.name}~test`;
    await ask(nameTask, [name, definition.settings.everyMs]);
    const [task] = await ask<{ taskId: number; revision: number }>(nextRevision, [name]);
    if (task === undefined) throw new Error('unreachable: the row was made or found before');
    const { taskId, revision } = task;
    const { settings, predicate, actionSealed } = toStored(ledger, { task: name, revision }, definition);
    await ask(addRevision, [taskId, revision, settings, predicate, actionSealed]);
    const values = [taskId, revision, run.entityPk, JSON.stringify(run.columns), run.laneId];
    const [added] = await ask<{ runId: string }>(addRun, values);
    const runId = added?.runId ?? '';
    const subject = { kind: 'task', id: definition.settings.name } as const;
    await recordAct(ask, { by, act: 'task.tested', subject, after: { runId } });
    return runId;
  });
