/** `/api/v1/lanes`: what shares a rate, how it goes, and what is done about it. */
import { pauseLane, resumeLane, setLaneRate } from '@quailrunner/ledger';
import { z } from 'zod';
import type { LaneStatus } from '../console/open-status.js';
import { type ApiDeps, endpoint, notFound, Refusal } from './endpoint.js';
import { count, laneId, rate, time } from './fields.js';
import { keys, page, pageFields, readPage } from './pages.js';

const lane = z
  .object({
    laneId: z.int(),
    lane: z.string().meta({ description: 'Account and sender, or host; a number keeps its last two digits.' }),
    state: z.enum(['open', 'paused', 'held']),
    reason: z.string().optional().meta({ description: 'Why it is held, or who paused it.' }),
    ratePerSecond: z.number().optional(),
    setRate: z.number().optional().meta({ description: 'What somebody set, over all others.' }),
    pace: z.number().optional().meta({ description: 'A second, at present, where that is less than its rate.' }),
    backoffMs: z.number().optional().meta({ description: 'For how long nothing leaves.' }),
    backoffCode: z.string().optional(),
    throttles: count,
    throttledAt: time.optional(),
    concurrentRequests: z.number().optional(),
    waiting: count,
    queued: count,
    sending: count,
  })
  .meta({ id: 'Lane' });

const params = z.strictObject({ id: laneId });
const none = { 404: 'There is no such lane.' };

/** One that was made a moment ago may not have been counted yet: it is looked for once more. */
const find = async (wanted: number, { status }: ApiDeps): Promise<LaneStatus | Refusal> => {
  const among = async () => (await status()).lanes.find((each) => each.laneId === wanted);
  const found = await among();
  if (found !== undefined) return found;
  status.forget();
  return (await among()) ?? notFound('lane');
};

const actOn = async (wanted: number, act: () => Promise<unknown>, deps: ApiDeps): Promise<LaneStatus | Refusal> => {
  const before = await find(wanted, deps);
  if (before instanceof Refusal) return before;
  await act();
  deps.status.forget();
  return find(wanted, deps);
};

export const laneEndpoints = [
  endpoint({
    method: 'GET',
    path: '/lanes',
    tag: 'lanes',
    name: 'listLanes',
    summary: 'Lanes, the oldest first',
    query: z.strictObject(pageFields('lane', keys.id)),
    answer: page(lane),
    handle: ({ query }, { status }) =>
      readPage({
        list: 'lane',
        asked: query,
        read: async (limit) =>
          (await status()).lanes.filter(({ laneId }) => laneId > Number(query.cursor ?? 0)).slice(0, limit),
        keyOf: ({ laneId }) => String(laneId),
        present: (row) => row,
      }),
  }),
  endpoint({
    method: 'GET',
    path: '/lanes/{id}',
    tag: 'lanes',
    name: 'getLane',
    summary: 'One lane',
    params,
    answer: lane,
    refusals: none,
    handle: ({ params: { id } }, deps) => find(id, deps),
  }),
  endpoint({
    method: 'POST',
    path: '/lanes/{id}/pause',
    tag: 'lanes',
    name: 'pauseLane',
    summary: 'Let nothing more leave in this lane',
    params,
    answer: lane,
    refusals: none,
    handle: ({ params: { id }, by }, deps) => actOn(id, () => pauseLane(deps.ledger, id, by), deps),
  }),
  endpoint({
    method: 'POST',
    path: '/lanes/{id}/resume',
    tag: 'lanes',
    name: 'resumeLane',
    summary: 'Let a lane go on that was paused or held',
    params,
    answer: lane,
    refusals: none,
    handle: ({ params: { id }, by }, deps) => actOn(id, () => resumeLane(deps.ledger, id, by), deps),
  }),
  endpoint({
    method: 'POST',
    path: '/lanes/{id}/rate',
    tag: 'lanes',
    name: 'setLaneRate',
    summary: 'Give a lane a rate, over what its tasks ask for and what is usual',
    params,
    body: z.strictObject({
      rate: rate.nullable().meta({ description: 'Such as 10/s, 60/min or 1000/h; null takes it back.' }),
    }),
    answer: lane,
    refusals: none,
    handle: ({ params: { id }, body, by }, deps) =>
      actOn(id, () => setLaneRate(deps.ledger, id, body.rate ?? undefined, by), deps),
  }),
];
