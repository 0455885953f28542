/** `/lanes`: what shares a rate, how it goes, and what a person does about it: pause, resume, another rate. */
import { parseRate } from '@quailrunner/domain';
import { type Ledger, pauseLane, readLanes, resumeLane, setLaneRate } from '@quailrunner/ledger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../problem.js';
import { actorOf } from '../sign-in/gate.js';
import { fieldOf } from './forms.js';
import type { ReadStatus } from './open-status.js';
import { presentLane } from './present-lane.js';
import { goTo, showPage } from './show-page.js';

interface Deps {
  readonly ledger: Ledger;
  readonly status: ReadStatus;
}

const path = '/lanes';

interface OfLane {
  Params: { readonly id: string };
}

export const addLanes = (site: FastifyInstance, { ledger, status }: Deps): void => {
  const read = async () => ({ lanes: (await status()).lanes.map(presentLane) });
  /** One that nobody knows is no page, whatever was to be done with it. */
  const actOn =
    (act: (laneId: number, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>) =>
    async (request: FastifyRequest<OfLane>, reply: FastifyReply): Promise<FastifyReply> => {
      const laneId = Number(request.params.id);
      const isKnown = (await readLanes(ledger)).some((lane) => lane.laneId === laneId);
      if (!isKnown) return sendProblem(request, reply, { status: 404, title: 'There is no such lane' });
      const answered = await act(laneId, request as FastifyRequest, reply);
      status.forget();
      return answered ?? goTo(reply, `${path}#lane-${laneId}`);
    };

  site.get(path, async (request, reply) => showPage(request, reply, 'lanes.njk', await read()));
  site.get(`${path}/part`, async (request, reply) => showPage(request, reply, 'lanes-part.njk', await read()));
  site.post<OfLane>(
    `${path}/:id/pause`,
    actOn(async (laneId, request) => void (await pauseLane(ledger, laneId, actorOf(request)))),
  );
  site.post<OfLane>(
    `${path}/:id/resume`,
    actOn(async (laneId, request) => void (await resumeLane(ledger, laneId, actorOf(request)))),
  );
  site.post<OfLane>(
    `${path}/:id/rate`,
    actOn(async (laneId, request, reply) => {
      const given = fieldOf(request.body, 'rate').trim();
      const isTakenBack = fieldOf(request.body, 'usual') !== '';
      const rate = isTakenBack ? undefined : parseRate(given);
      if (rate === undefined && !isTakenBack) return refuseRate(given, request, reply);
      await setLaneRate(ledger, laneId, rate, actorOf(request));
      return undefined;
    }),
  );
};

const refuseRate = (given: string, request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  sendProblem(request, reply, {
    status: 400,
    title: `“${given.slice(0, 40)}” is no rate`,
    detail: 'Write it as 10/s, 60/min or 1000/h.',
    back: path,
  });
