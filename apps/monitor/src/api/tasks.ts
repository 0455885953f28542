/** `/api/v1/tasks`: what is sent to whom: read, made, changed, paused and resumed. */
import type { QuailError, TaskDefinition } from '@quailrunner/domain';
import { checkTask } from '@quailrunner/engine';
import {
  groupFailures,
  readRevision,
  readRevisions,
  readTask,
  readTaskLanes,
  saveTask,
  setTaskState,
  type TaskRow,
} from '@quailrunner/ledger';
import { z } from 'zod';
import { noRuns } from '../console/open-status.js';
import { reaches } from '../sign-in/gate.js';
import { type ApiDeps, conflict, endpoint, notFound, type Refusal } from './endpoint.js';
import { count, problem, runCounts, taskName, time } from './fields.js';
import { after, keys, page, pageFields, readPage } from './pages.js';
import { definition, presentDefinition, readDefinition, taskText } from './task-text.js';

const summaryFields = {
  name: z.string(),
  revision: z.int(),
  state: z.enum(['active', 'paused', 'held']),
  reason: z.string().optional().meta({ description: 'Why it is held.' }),
  source: z.string(),
  everyMs: z.int(),
  error: problem.optional().meta({ description: 'Why the last scan failed.' }),
  nextScanAt: time,
  lastScanAt: time.optional(),
  entitiesRead: count.optional(),
  entitiesClaimed: count.optional(),
  changedAt: time,
  runs: runCounts,
};

const summary = z.object(summaryFields).meta({ id: 'TaskSummary' });

const task = z
  .object({ ...summaryFields, definition, laneIds: z.array(z.int()).meta({ description: 'Lanes that it sends in.' }) })
  .meta({ id: 'Task' });

const revision = z.object({ revision: z.int(), createdAt: time, definition }).meta({ id: 'Revision' });

const failures = z
  .object({
    state: z.enum(['failed', 'unknown']),
    code: z.string().optional(),
    runs: count,
    newestAt: time,
    exampleRunId: z.string(),
    exampleReason: z.string().optional(),
  })
  .meta({ id: 'FailureGroup' });

const saved = z.object({
  name: z.string(),
  revision: z.int(),
  change: z.enum(['created', 'revised', 'unchanged']),
  isResumed: z.boolean().meta({ description: 'It had been held for its content, and goes on.' }),
  isResent: z.boolean().meta({ description: 'Who is done gets the changed action, too.' }),
  warnings: z.array(problem),
});

const params = z.strictObject({ name: taskName });
const none = { 404: 'There is no such task.' };
const doesNotCheck = 'The task does not hold: `errors` says what is wrong, and how to mend it.';
const lanesTold = 100;

export const taskOf = async (name: string, { ledger }: ApiDeps): Promise<TaskRow | Refusal> =>
  (await readTask(ledger, name)) ?? notFound('task');

export const savedDefinition = async (row: TaskRow, { ledger }: ApiDeps): Promise<TaskDefinition> =>
  readRevision(ledger, row.taskId, row.revision);

const withRuns = async (row: TaskRow, { status }: ApiDeps) => {
  const counted = (await status()).tasks.find(({ taskId }) => taskId === row.taskId);
  return { ...row, runs: counted?.runs ?? noRuns };
};

const summaryOf = async (name: string, deps: ApiDeps) => {
  const row = await taskOf(name, deps);
  return 'taskId' in row ? withRuns(row, deps) : row;
};

export const taskEndpoints = [
  endpoint({
    method: 'GET',
    path: '/tasks',
    tag: 'tasks',
    name: 'listTasks',
    summary: 'Tasks, by name, with their runs counted',
    query: z.strictObject(pageFields('task', keys.name)),
    answer: page(summary),
    handle: ({ query }, { status }) =>
      readPage({
        list: 'task',
        asked: query,
        read: async (limit) => after((await status()).tasks, ({ name }) => name, query, limit),
        keyOf: ({ name }) => name,
        present: (row) => row,
      }),
  }),
  endpoint({
    method: 'GET',
    path: '/tasks/{name}',
    tag: 'tasks',
    name: 'getTask',
    summary: 'One task, with its settings and its predicate',
    description: 'Credentials are masked; for viewers, numbers in its texts keep their last two digits.',
    params,
    answer: task,
    refusals: none,
    handle: async ({ params: { name }, principal }, deps) => {
      const row = await taskOf(name, deps);
      if (!('taskId' in row)) return row;
      const [told, laneIds, counted] = await Promise.all([
        savedDefinition(row, deps),
        readTaskLanes(deps.ledger, row.taskId, lanesTold),
        withRuns(row, deps),
      ]);
      return { ...counted, laneIds, definition: presentDefinition(told, reaches(principal.role, 'operator')) };
    },
  }),
  endpoint({
    method: 'PUT',
    path: '/tasks/{name}',
    tag: 'tasks',
    name: 'saveTask',
    summary: 'Make a task, or a new revision of it',
    description:
      'It is checked first, on its source. A masked credential that comes back as it was told stays as it is.',
    params,
    body: z.strictObject({
      ...taskText,
      expectedRevision: z
        .int()
        .min(0)
        .max(1_000_000_000)
        .optional()
        .meta({ description: 'That it is at now; 0: that there is none. Somebody else’s change is not overwritten.' }),
      state: z.enum(['active', 'paused']).optional().meta({ description: 'Of a new one; active unless set.' }),
    }),
    answer: saved,
    refusals: { 409: 'It is at another revision than expected.', 422: doesNotCheck },
    timeoutMs: 30_000,
    handle: async ({ params: { name }, body, by }, deps) => {
      const row = await readTask(deps.ledger, name);
      const before = row && (await savedDefinition(row, deps));
      const { scanIntervalMs, quickSources: sources } = deps.desk;
      const wanted = readDefinition(body, { scanIntervalMs, name, saved: before });
      const { warnings } = await checkTask(wanted, { sources });
      try {
        const { taskId: _, ...told } = await saveTask(deps.ledger, wanted, by, {
          ...(body.expectedRevision !== undefined && { expectedRevision: body.expectedRevision }),
          isPaused: body.state === 'paused',
        });
        return { name, ...told, warnings: [...warnings] };
      } catch (fault) {
        const { code, message } = fault as QuailError;
        if (code !== 'TASK_CHANGED_MEANWHILE') throw fault;
        return conflict('It is at another revision', `${message}. Read it again, and change that.`);
      }
    },
  }),
  endpoint({
    method: 'POST',
    path: '/tasks/check',
    tag: 'tasks',
    name: 'checkTask',
    isQuestion: true,
    summary: 'Check a task, on its source, without saving it',
    body: z.strictObject(taskText),
    answer: z.object({
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      warnings: z.array(problem),
    }),
    refusals: { 422: doesNotCheck },
    timeoutMs: 30_000,
    handle: async ({ body }, { desk: { scanIntervalMs, quickSources: sources } }) => {
      const { columns, warnings } = await checkTask(readDefinition(body, { scanIntervalMs }), { sources });
      return { columns: [...columns], warnings: [...warnings] };
    },
  }),
  ...(['pause', 'resume'] as const).map((act) =>
    endpoint({
      method: 'POST',
      path: `/tasks/{name}/${act}`,
      tag: 'tasks',
      name: `${act}Task`,
      summary: act === 'pause' ? 'Claim and send nothing more' : 'Let a task go on that was paused or held',
      params,
      answer: summary,
      refusals: none,
      handle: async ({ params: { name }, by }, deps) => {
        const row = await taskOf(name, deps);
        if (!('taskId' in row)) return row;
        await setTaskState(deps.ledger, name, act === 'pause' ? 'paused' : 'active', by);
        return summaryOf(name, deps);
      },
    }),
  ),
  endpoint({
    method: 'GET',
    path: '/tasks/{name}/revisions',
    tag: 'tasks',
    name: 'listRevisions',
    summary: 'What a task was, the newest revision first',
    params,
    query: z.strictObject(pageFields('revision', keys.id)),
    answer: page(revision),
    refusals: none,
    handle: async ({ params: { name }, query, principal }, deps) => {
      const row = await taskOf(name, deps);
      if (!('taskId' in row)) return row;
      const mayAct = reaches(principal.role, 'operator');
      return readPage({
        list: 'revision',
        asked: query,
        read: (limit) =>
          readRevisions(deps.ledger, row.taskId, {
            limit,
            ...(query.cursor !== undefined && { beforeRevision: Math.min(Number(query.cursor), 2_000_000_000) }),
          }),
        keyOf: (each) => String(each.revision),
        present: (each) => ({ ...each, definition: presentDefinition(each.definition, mayAct) }),
      });
    },
  }),
  endpoint({
    method: 'GET',
    path: '/tasks/{name}/failures',
    tag: 'tasks',
    name: 'listFailures',
    summary: 'Why its runs failed or stay unknown, the most frequent reason first',
    description: 'At most 200 reasons, on one page.',
    params,
    answer: page(failures),
    refusals: none,
    handle: async ({ params: { name } }, deps) => {
      const row = await taskOf(name, deps);
      return 'taskId' in row ? { items: await groupFailures(deps.ledger, name), next: null } : row;
    },
  }),
];
