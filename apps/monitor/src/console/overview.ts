/** `/`, the overview: as a page, as the part of it that refreshes itself, and as JSON. */
import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import type { ReadCurve } from './open-curve.js';
import type { ReadStatus } from './open-status.js';
import { presentNow, presentOverview } from './present-overview.js';
import { showPage } from './show-page.js';

interface Deps {
  readonly status: ReadStatus;
  readonly curve: ReadCurve;
}

export const addOverview = (site: FastifyInstance, { status, curve }: Deps): void => {
  site.get('/', async (request, reply) => {
    const [now, current] = await Promise.all([curve(), status()]);
    return showPage(request, reply, 'overview.njk', { now: presentNow(now), status: presentOverview(current) });
  });
  site.get('/overview/part', async (request, reply) =>
    showPage(request, reply, 'overview-part.njk', { status: presentOverview(await status()) }),
  );
  site.get('/overview/now', async (request, reply) =>
    showPage(request, reply, 'overview-now.njk', { now: presentNow(await curve()) }),
  );
  site.get('/overview/curve', async (_request, reply) => reply.header('cache-control', 'no-store').send(await curve()));
};

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
