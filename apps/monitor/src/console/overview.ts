/** `/`, the overview: as a page, as the part of it that refreshes itself, and as JSON. */
import type { RouteHandlerMethod } from 'fastify';
import type { ReadStatus } from './open-status.js';
import { presentOverview } from './present-overview.js';
import { showPage } from './show-page.js';

export const showOverview =
  (readStatus: ReadStatus, view: 'overview.njk' | 'overview-part.njk'): RouteHandlerMethod =>
  async (request, reply) =>
    showPage(request, reply, view, { status: presentOverview(await readStatus()) });

export const answerStats =
  (readStatus: ReadStatus): RouteHandlerMethod =>
  async (_request, reply) => {
    const { at, stores, runs, tasks, lanes } = await readStatus();
    return reply.header('cache-control', 'no-store').send({
      at,
      stores,
      runs,
      tasks: {
        total: tasks.length,
        paused: tasks.filter((task) => task.state === 'paused').length,
        held: tasks.filter((task) => task.state === 'held').length,
        failing: tasks.filter((task) => task.error !== undefined).length,
      },
      lanes: {
        total: lanes.length,
        paused: lanes.filter((lane) => lane.state === 'paused').length,
        held: lanes.filter((lane) => lane.state === 'held').length,
      },
    });
  };

export const answerTasks =
  (readStatus: ReadStatus): RouteHandlerMethod =>
  async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ tasks: (await readStatus()).tasks });

export const answerLanes =
  (readStatus: ReadStatus): RouteHandlerMethod =>
  async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ lanes: (await readStatus()).lanes });
