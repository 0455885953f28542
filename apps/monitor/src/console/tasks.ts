/** `/tasks`: what is sent to whom. The list, a task's page, and what a person does about it: pause, resume, try it. */
import { formatTaskFile } from '@quailrunner/config';
import type { TaskDefinition } from '@quailrunner/domain';
import { sendTest } from '@quailrunner/engine';
import {
  type Ledger,
  readRevision,
  readRevisions,
  readScans,
  readTask,
  readTaskLanes,
  setTaskState,
  type TaskRow,
} from '@quailrunner/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { orProblems } from '../problems-in.js';
import { actorOf, forOperators, principalOf, reaches } from '../sign-in/gate.js';
import type { Desk } from './desk.js';
import { fieldOf } from './forms.js';
import { openFailures, type ReadFailures } from './open-failures.js';
import { noRuns, type ReadStatus } from './open-status.js';
import { presentLane } from './present-lane.js';
import { presentTask } from './present-overview.js';
import {
  maskDefinition,
  maskFor,
  presentDefinition,
  presentFailures,
  presentRevisions,
  presentScans,
} from './present-task.js';
import { goTo, showPage } from './show-page.js';

export interface TasksDeps {
  readonly ledger: Ledger;
  readonly status: ReadStatus;
  readonly desk: Desk;
}

interface PartDeps extends TasksDeps {
  readonly failures: ReadFailures;
}

export interface OfTask {
  Params: { readonly name: string };
}

const path = '/tasks';
const revisionsShown = 10;
const scansShown = 5;
const lanesShown = 20;

export const addTasks = (site: FastifyInstance, given: TasksDeps): void => {
  const deps: PartDeps = { ...given, failures: openFailures(given.ledger) };
  const { ledger, status } = deps;
  const list = async () => {
    const { tasks, at } = await status();
    return { tasks: tasks.map((task) => presentTask(task, at)) };
  };
  site.get(path, async (request, reply) => showPage(request, reply, 'tasks.njk', await list()));
  site.get(`${path}/part`, async (request, reply) => showPage(request, reply, 'tasks-part.njk', await list()));

  site.get<OfTask>(
    `${path}/:name`,
    withTask(ledger, async (task, request, reply) => {
      const mask = maskFor({ mayAct: mayAct(request) });
      const [revisions, part] = await Promise.all([
        readRevisions(ledger, task.taskId, { limit: revisionsShown + 1 }),
        readPart(task, deps),
      ]);
      const [newest] = revisions;
      return showPage(request, reply, 'task.njk', {
        ...part,
        definition: newest && presentDefinition(newest.definition, mask),
        revisions: presentRevisions(revisions, mask, new Date()),
      });
    }),
  );
  site.get<OfTask>(
    `${path}/:name/part`,
    withTask(ledger, async (task, request, reply) =>
      showPage(request, reply, 'task-part.njk', await readPart(task, deps)),
    ),
  );
  site.get<OfTask>(
    `${path}/:name/file`,
    forOperators,
    withTask(ledger, async ({ name, taskId, revision }, _request, reply) => {
      const definition = await readRevision(ledger, taskId, revision);
      reply.header('content-disposition', `attachment; filename="${name}.sql"`).header('cache-control', 'no-store');
      return reply.type('application/sql; charset=utf-8').send(formatTaskFile(maskDefinition(definition)));
    }),
  );
  for (const [act, state] of [
    ['pause', 'paused'],
    ['resume', 'active'],
  ] as const) {
    site.post<OfTask>(
      `${path}/:name/${act}`,
      withTask(ledger, async ({ name }, request, reply) => {
        await setTaskState(ledger, name, state, actorOf(request));
        status.forget();
        return goTo(reply, `${path}/${name}`);
      }),
    );
  }
  site.post<OfTask>(
    `${path}/:name/send-test`,
    withTask(ledger, async ({ taskId, revision, name }, request, reply) => {
      const definition = await readRevision(ledger, taskId, revision);
      return sendTestOf(definition, `${path}/${name}`, request, reply, deps);
    }),
  );
};

type TaskHandler = (task: TaskRow, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Of the task that the address names, if there is one. */
export const withTask =
  (ledger: Ledger, handle: TaskHandler) =>
  async (request: FastifyRequest<OfTask>, reply: FastifyReply): Promise<FastifyReply> => {
    const task = await readTask(ledger, request.params.name);
    if (task === undefined) return sendProblem(request, reply, { status: 404, title: 'There is no such task' });
    return handle(task, request as FastifyRequest, reply);
  };

const mayAct = (request: FastifyRequest): boolean => reaches(principalOf(request).role, 'operator');

/** What changes while one looks. */
const readPart = async (row: TaskRow, { ledger, status, failures }: PartDeps) => {
  const now = new Date();
  const [{ tasks, lanes }, laneIds, groups, scans] = await Promise.all([
    status(),
    readTaskLanes(ledger, row.taskId, lanesShown),
    failures(row.name),
    readScans(ledger, { task: row.name, limit: scansShown }),
  ]);
  // One that was made a moment ago may not have been counted yet.
  const counted = tasks.find(({ name }) => name === row.name);
  const task = presentTask({ ...row, runs: counted?.runs ?? noRuns }, now);
  return {
    task,
    lanes: lanes.filter(({ laneId }) => laneIds.includes(laneId)).map(presentLane),
    failures: presentFailures(groups, row.name, now),
    scans: presentScans(scans, now),
  };
};

const sendTestOf = async (
  definition: TaskDefinition,
  back: string,
  request: FastifyRequest,
  reply: FastifyReply,
  { ledger, desk }: TasksDeps,
): Promise<FastifyReply> => {
  const entityPk = fieldOf(request.body, 'entity').trim();
  const wish = {
    to: fieldOf(request.body, 'to').trim(),
    ...(entityPk === '' ? {} : { entityPk }),
    by: actorOf(request),
  };
  const deps = { ledger, sources: desk.quickSources, secrets: desk.secrets };
  const runId = await orProblems(() => sendTest(definition, wish, deps));
  if (typeof runId === 'string') return goTo(reply, `/runs/${runId}`);
  return sendProblem(request, reply, { status: 422, title: 'No test was sent', errors: runId.problems, back });
};
