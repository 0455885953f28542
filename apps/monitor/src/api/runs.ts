/** `/api/v1/runs`: all that was ever claimed, found by whatever somebody looks for; one run's story; and what is done about it. */
import { type Actor, deliveries, maskEntityPk } from '@quailrunner/domain';
import type { RenderedSample } from '@quailrunner/engine';
import {
  cancelRuns,
  type RunRow,
  type RunStory,
  readAudit,
  readRun,
  readRuns,
  retryRuns,
  revealRun,
} from '@quailrunner/ledger';
import { z } from 'zod';
import { hideValues, personalOf } from '../console/hide-values.js';
import { renderAll } from '../console/run.js';
import { cancel, type RunAct, resolve, retry } from '../console/run-acts.js';
import { workerOf } from '../console/tell-story.js';
import { type ApiDeps, conflict, endpoint, notFound } from './endpoint.js';
import { count, id, laneId, moment, runState, taskName, text, time, who } from './fields.js';
import { keys, page, pageFields, readPage } from './pages.js';

const runFields = {
  runId: z.string(),
  task: z.string().meta({ description: 'That of a test ends with ~test.' }),
  revision: z.int(),
  entity: z.string().meta({ description: 'Its key; one that may be a number or an address is masked.' }),
  laneId: z.int(),
  state: runState,
  attempts: count.meta({ description: 'Those that counted.' }),
  dueAt: time,
  claimedAt: time,
  queuedAt: time.optional(),
  startedAt: time.optional(),
  finishedAt: time.optional(),
  code: z.string().optional(),
  reason: z.string().optional(),
  delivery: z.enum(deliveries).optional(),
  deliveryCode: z.string().optional(),
};

const run = z.object(runFields).meta({ id: 'Run' });

const attempt = z
  .object({
    dispatch: z.int(),
    number: z.int(),
    revision: z.int(),
    worker: z.string(),
    startedAt: time,
    finishedAt: time,
    verdict: z.string(),
    durationMs: count,
    httpStatus: z.int().optional(),
    code: z.string().optional(),
    reason: z.string().optional(),
    excerpt: z.string().optional().meta({ description: 'Of the answer, without what it repeats of the entity.' }),
    sid: z.string().optional(),
    settledBy: z.string().optional(),
  })
  .meta({ id: 'Attempt' });

const story = z
  .object({
    ...runFields,
    scanId: z.string().optional().meta({ description: 'That claimed it; absent: it is a test.' }),
    history: z.array(attempt),
    receipts: z.array(
      z.object({
        dispatch: z.int(),
        sid: z.string(),
        status: z.string(),
        code: z.string().optional(),
        receivedAt: time,
      }),
    ),
    acts: z
      .array(z.object({ at: time, by: who, act: z.string() }))
      .meta({ description: 'What people did with it, the newest first; at most 200.' }),
  })
  .meta({ id: 'RunStory' });

const revealed = z
  .object({
    entity: z.string(),
    columns: z.record(z.string(), z.unknown()),
    requests: z.array(
      z.object({
        revision: z.int(),
        request: z.object({ url: z.string(), headers: z.record(z.string(), z.string()), body: z.string() }).optional(),
        fault: z.string().optional().meta({ description: 'Why it can’t be rendered.' }),
      }),
    ),
  })
  .meta({ id: 'RevealedRun' });

const params = z.strictObject({ id });
const none = { 404: 'There is no such run.' };
const movedOn = (what: string) => ({ ...none, 409: `${what} Nothing was changed.` });
const mostActs = 200;

const chosen = z.strictObject({
  runIds: z.array(id).min(1).max(100).meta({ description: 'At most a hundred; for more there are bulk retries.' }),
});
const changed = z.object({ changed: count.meta({ description: 'The others had moved on, and are as they were.' }) });

const presentRun = ({ entityPk, ...row }: RunRow) => ({ ...row, entity: maskEntityPk(entityPk) });

const tell = async (row: RunStory, { ledger, desk }: Pick<ApiDeps, 'ledger' | 'desk'>) => {
  const [acts, requests] = await Promise.all([
    readAudit(ledger, { limit: mostActs }, { subjectKind: 'run', subjectId: row.runId }),
    renderAll(ledger, row, desk),
  ]);
  const hide = (revision: number, told: string): string =>
    hideValues(told, personalOf(row.columns, requests.get(revision)));
  return {
    ...presentRun(row),
    history: row.history.map(({ workerId, workerHost, reason, excerpt, ...rest }) => ({
      ...rest,
      worker: workerOf({ workerId, ...(workerHost !== undefined && { workerHost }) }),
      ...(reason !== undefined && { reason: hide(rest.revision, reason) }),
      ...(excerpt !== undefined && { excerpt: hide(rest.revision, excerpt) }),
    })),
    receipts: [...row.receipts],
    acts,
  };
};

const actOn = async (runId: string, by: Actor, { needed, act }: RunAct, { ledger }: ApiDeps) => {
  if ((await readRun(ledger, runId)) === undefined) return notFound('run');
  const isDone = await act(runId, by, ledger);
  const now = await readRun(ledger, runId);
  if (now === undefined) return notFound('run');
  return isDone
    ? presentRun(now)
    : conflict('The run has moved on', `It is ${now.state}, and ${needed}. Nothing was changed.`);
};

const presentRequest = (revision: number, rendered: RenderedSample) => {
  if (rendered.kind === 'fault') return { revision, fault: rendered.reason };
  const { url, headers, body } = rendered.sample;
  return { revision, request: { url, headers: { ...headers }, body } };
};

export const runEndpoints = [
  endpoint({
    method: 'GET',
    path: '/runs',
    tag: 'runs',
    name: 'listRuns',
    summary: 'Runs, the newest first, by whatever you look for',
    query: z.strictObject({
      task: taskName.optional(),
      state: runState.optional(),
      entity: text(1_000).optional().meta({ description: 'The key of the entity, in full.' }),
      code: text(100).optional(),
      lane: laneId.optional(),
      since: moment.optional().meta({ description: 'Claimed then or later.' }),
      until: moment.optional().meta({ description: 'Claimed before.' }),
      ...pageFields('run', keys.id),
    }),
    answer: page(run),
    handle: ({ query: { limit, cursor, entity, lane, ...rest } }, { ledger }) => {
      const asked = { ...rest, entityPk: entity, laneId: lane };
      const filter = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
      return readPage({
        list: 'run',
        asked: { limit },
        read: (most) => readRuns(ledger, filter, { limit: most, ...(cursor !== undefined && { beforeRunId: cursor }) }),
        keyOf: ({ runId }) => runId,
        present: presentRun,
      });
    },
  }),
  endpoint({
    method: 'POST',
    path: '/runs/retry',
    tag: 'runs',
    name: 'retryRuns',
    summary: 'Let some failed runs wait again',
    body: chosen,
    answer: changed,
    handle: async ({ body: { runIds }, by }, { ledger }) => ({ changed: await retryRuns(ledger, { runIds, by }) }),
  }),
  endpoint({
    method: 'POST',
    path: '/runs/cancel',
    tag: 'runs',
    name: 'cancelRuns',
    summary: 'Cancel some runs that wait, for good',
    body: chosen,
    answer: changed,
    handle: async ({ body: { runIds }, by }, { ledger }) => ({
      changed: (await cancelRuns(ledger, runIds, by)).canceled.length,
    }),
  }),
  endpoint({
    method: 'GET',
    path: '/runs/{id}',
    tag: 'runs',
    name: 'getRun',
    summary: 'One run’s story: attempts, receipts, and what people did',
    params,
    answer: story,
    refusals: none,
    handle: async ({ params: { id } }, deps) => {
      const row = await readRun(deps.ledger, id);
      return row === undefined ? notFound('run') : tell(row, deps);
    },
  }),
  endpoint({
    method: 'POST',
    path: '/runs/{id}/retry',
    tag: 'runs',
    name: 'retryRun',
    summary: 'Let a failed run wait again, with all its attempts before it',
    params,
    answer: run,
    refusals: movedOn('It is not failed.'),
    handle: ({ params: { id }, by }, deps) => actOn(id, by, retry, deps),
  }),
  endpoint({
    method: 'POST',
    path: '/runs/{id}/cancel',
    tag: 'runs',
    name: 'cancelRun',
    summary: 'Cancel a run that waits, for good',
    params,
    answer: run,
    refusals: movedOn('It does not wait.'),
    handle: ({ params: { id }, by }, deps) => actOn(id, by, cancel, deps),
  }),
  endpoint({
    method: 'POST',
    path: '/runs/{id}/resolve',
    tag: 'runs',
    name: 'resolveRun',
    summary: 'Say what became of an unknown run',
    params,
    body: z.strictObject({
      became: z.enum(['sent', 'not-sent']).meta({ description: 'What was not sent is tried again.' }),
    }),
    answer: run,
    refusals: movedOn('It is not unknown.'),
    handle: ({ params: { id }, body, by }, deps) => actOn(id, by, resolve(body.became === 'sent'), deps),
  }),
  endpoint({
    method: 'POST',
    path: '/runs/{id}/reveal',
    tag: 'runs',
    name: 'revealRun',
    isQuestion: true,
    summary: 'All that a run holds of somebody; the audit says who asked',
    params,
    answer: revealed,
    refusals: none,
    handle: async ({ params: { id }, by }, { ledger, desk }) => {
      const row = await revealRun(ledger, id, by);
      if (row === undefined) return notFound('run');
      const requests = [...(await renderAll(ledger, row, desk))];
      return {
        entity: row.entityPk,
        columns: { ...row.columns },
        requests: requests.map(([revision, rendered]) => presentRequest(revision, rendered)),
      };
    },
  }),
];
