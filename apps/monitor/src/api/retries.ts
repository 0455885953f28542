/** `/api/v1/retries`: failed runs that wait again, many at a time: counted first, watched, and stopped. */
import { maskLaneKey, type QuailError } from '@quailrunner/domain';
import {
  type BulkRetry,
  type BulkRetryFilter,
  countRetry,
  readBulkRetries,
  readBulkRetry,
  readTask,
  startBulkRetry,
  stopBulkRetry,
} from '@quailrunner/ledger';
import { z } from 'zod';
import { type ApiDeps, conflict, endpoint, notFound } from './endpoint.js';
import { count, id, moment, taskName, text, time, who } from './fields.js';
import { keys, page, pageFields, readPage } from './pages.js';

const filter = {
  task: taskName.optional(),
  code: text(100).optional().meta({ description: 'Of the verdict: Twilio’s, HTTP’s or ours.' }),
  since: moment.optional().meta({ description: 'Failed then or later.' }),
  until: moment.optional().meta({ description: 'Failed then or earlier; at the latest, when it is asked for.' }),
};

const retry = z
  .object({
    retryId: z.string(),
    filter: z.object({
      task: z.string().optional(),
      code: z.string().optional(),
      since: time.optional(),
      until: time,
    }),
    state: z.enum(['running', 'stopped', 'finished']),
    by: who,
    total: count.meta({ description: 'Failed runs that it was to move.' }),
    moved: count,
    onTheirWay: count,
    completed: count,
    failed: count,
    unknown: count,
    skipped: count,
    returned: count.meta({ description: 'Moved, and given back by a stop before an attempt.' }),
    createdAt: time,
    finishedAt: time.optional(),
    waitsFor: z.array(
      z.object({
        kind: z.enum(['lane', 'task']),
        laneId: z.int().optional(),
        task: z.string().optional(),
        state: z.enum(['paused', 'held']),
        runs: count,
      }),
    ),
  })
  .meta({ id: 'BulkRetry' });

const counted = z
  .object({
    runs: count,
    isMore: z.boolean().meta({ description: 'There are more than were counted.' }),
    byLane: z.array(
      z.object({
        laneId: z.int(),
        lane: z.string(),
        state: z.enum(['open', 'paused', 'held']),
        ratePerSecond: z.number().optional(),
        runs: count,
      }),
    ),
    byCode: z.array(z.object({ code: z.string().optional(), reason: z.string().optional(), runs: count })),
  })
  .meta({ id: 'RetryCount' });

const params = z.strictObject({ id });
const one = async (retryId: string, { ledger }: ApiDeps) =>
  (await readBulkRetry(ledger, retryId)) ?? notFound('bulk retry');
const isUnknown = async ({ task }: BulkRetryFilter, { ledger }: ApiDeps): Promise<boolean> =>
  task !== undefined && (await readTask(ledger, task)) === undefined;

/** Without what was not given. */
const given = ({ task, code, since, until }: Record<keyof typeof filter, unknown>): BulkRetryFilter =>
  Object.fromEntries(Object.entries({ task, code, since, until }).filter(([, value]) => value !== undefined));

export const retryEndpoints = [
  endpoint({
    method: 'GET',
    path: '/retries',
    tag: 'retries',
    name: 'listRetries',
    summary: 'Bulk retries, the newest first',
    query: z.strictObject(pageFields('retry', keys.id)),
    answer: page(retry),
    handle: ({ query }, { ledger }) =>
      readPage({
        list: 'retry',
        asked: query,
        read: (limit) =>
          readBulkRetries(ledger, { limit, ...(query.cursor !== undefined && { beforeRetryId: query.cursor }) }),
        keyOf: ({ retryId }) => retryId,
        present: presentRetry,
      }),
  }),
  endpoint({
    method: 'POST',
    path: '/retries/count',
    tag: 'retries',
    name: 'countRetry',
    isQuestion: true,
    summary: 'How many failed runs a bulk retry would take',
    body: z.strictObject(filter),
    answer: counted,
    refusals: { 404: 'There is no such task.' },
    handle: async ({ body }, deps) => {
      const asked = given({ task: body.task, code: body.code, since: body.since, until: body.until });
      if (await isUnknown(asked, deps)) return notFound('task');
      const { byLane, byCode, ...rest } = await countRetry(deps.ledger, asked);
      return {
        ...rest,
        byLane: byLane.map(({ key, ...lane }) => ({ ...lane, lane: maskLaneKey(key) })),
        byCode: [...byCode],
      };
    },
  }),
  endpoint({
    method: 'POST',
    path: '/retries',
    tag: 'retries',
    name: 'startRetry',
    status: 201,
    summary: 'Let failed runs wait again, at the pace of their lanes',
    body: z.strictObject(filter),
    answer: retry,
    refusals: { 404: 'There is no such task.', 409: 'No run has failed so.' },
    handle: async ({ body, by }, deps) => {
      const asked = given({ task: body.task, code: body.code, since: body.since, until: body.until });
      try {
        const started = await startBulkRetry(deps.ledger, asked, by);
        if (started === undefined) return conflict('No run has failed so', 'There is nothing to retry.');
        return await shown(started.retryId, deps);
      } catch (fault) {
        if ((fault as QuailError).code === 'NO_SUCH_TASK') return notFound('task');
        throw fault;
      }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/retries/{id}',
    tag: 'retries',
    name: 'getRetry',
    summary: 'How far a bulk retry has come',
    params,
    answer: retry,
    handle: ({ params: { id } }, deps) => shown(id, deps),
  }),
  endpoint({
    method: 'POST',
    path: '/retries/{id}/stop',
    tag: 'retries',
    name: 'stopRetry',
    summary: 'Stop a bulk retry: what has not been tried again is not',
    params,
    answer: retry,
    refusals: { 409: 'It is not running any more.' },
    handle: async ({ params: { id }, by }, deps) => {
      const stopped = await stopBulkRetry(deps.ledger, id, by);
      const now = await shown(id, deps);
      return stopped === undefined && 'retryId' in now ? conflict('It is not running any more') : now;
    },
  }),
];

const presentRetry = ({ waitsFor, ...rest }: BulkRetry) => ({
  ...rest,
  waitsFor: waitsFor.map((each) => ({ ...each })),
});

const shown = async (retryId: string, deps: ApiDeps) => {
  const found = await one(retryId, deps);
  return 'retryId' in found ? presentRetry(found) : found;
};
