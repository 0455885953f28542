/** `/`, the overview: as a page, and as the parts of it that refresh themselves. */
import type { FastifyInstance } from 'fastify';
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
